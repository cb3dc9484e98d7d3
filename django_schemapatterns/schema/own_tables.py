"""Operations on tables of our own, which other databases than PostgreSQL do without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections
from django.db.migrations import CreateModel

if TYPE_CHECKING:
    from django.db.models import Model


class CreateOwnModel(CreateModel):
    """Create a model whose table is in our schema, hence in PostgreSQL alone."""

    def allow_migrate_model(self, connection_alias: Any, model: type[Model]) -> bool:
        is_postgresql = connections[connection_alias].vendor == "postgresql"
        return is_postgresql and super().allow_migrate_model(connection_alias, model)


CreateOwnModel.__module__ = "django_schemapatterns.operations"
