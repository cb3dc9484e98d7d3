"""Types for tables that are made without migrations: by `migrate --run-syncdb`, and in some test runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections, router
from django.db.migrations.loader import MigrationLoader

from django_schemapatterns.schema.free import free_objects
from django_schemapatterns.schema.types import create

if TYPE_CHECKING:
    from django_schemapatterns.schema.types import UserType


def before_migrate(using: str, **kwargs: Any) -> None:
    """Make the types that fields of apps without migrations need."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    needed = _needed(using, MigrationLoader(connection).unmigrated_apps)
    if needed:
        with connection.schema_editor() as editor:
            for type_ in needed.values():
                create(editor, type_)


def _needed(using: str, labels: set[str]) -> dict[str, UserType]:
    found: dict[str, Any] = {}
    for label in sorted(labels):
        for model in router.get_migratable_models(apps.get_app_config(label), using):
            for field in model._meta.local_fields:
                found |= {each.name: each for each in free_objects(field)}
    return found
