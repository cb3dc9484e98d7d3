"""Types and functions for tables without migrations: of `migrate --run-syncdb`, and of some test runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections, router
from django.db.migrations.loader import MigrationLoader

from django_schemapatterns.schema.free import free_objects
from django_schemapatterns.schema.functions import install_statements
from django_schemapatterns.schema.types import create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field


def before_migrate(using: str, **kwargs: Any) -> None:
    """Make the types and functions that fields of apps without migrations need."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    fields = list(_fields(using, MigrationLoader(connection).unmigrated_apps))
    needed: dict[str, Any] = {each.name: each for field in fields for each in free_objects(field)}
    functions = dict.fromkeys(each for field in fields for each in getattr(field, "functions", ()))
    if not (needed or functions):
        return
    with connection.schema_editor() as editor:
        for type_ in needed.values():
            create(editor, type_)
        for pattern, file in [("schema", "schemapatterns.v1"), *functions] if functions else ():
            for statement in install_statements(pattern, file):
                editor.execute(statement, params=None)


def _fields(using: str, labels: set[str]) -> Iterator[Field[Any, Any]]:
    for label in sorted(labels):
        for model in router.get_migratable_models(apps.get_app_config(label), using):
            yield from model._meta.local_fields
