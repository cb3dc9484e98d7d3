"""What apps without migrations need beside tables: for `migrate --run-syncdb`, and in some test runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import connections, router
from django.db.migrations.loader import MigrationLoader

from django_schemapatterns.schema.declared import declared, is_there, registered
from django_schemapatterns.schema.free import free_objects
from django_schemapatterns.schema.functions import install_statements
from django_schemapatterns.schema.types import create

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.models import Field


def before_migrate(using: str, **kwargs: Any) -> None:
    """Make the types and functions that tables of apps without migrations need."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    labels = MigrationLoader(connection).unmigrated_apps
    _make_declared(using, labels, first=True)
    fields = list(_fields(using, labels))
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


def after_migrate(using: str, **kwargs: Any) -> None:
    """Make the views and functions that apps without migrations declare."""
    connection = connections[using]
    if registered() and connection.vendor == "postgresql":
        _make_declared(using, MigrationLoader(connection).unmigrated_apps, first=False)


def _make_declared(using: str, labels: set[str], *, first: bool) -> None:
    connection = connections[using]
    migrated = {config.label for config in apps.get_app_configs()} - labels
    for app_label, each in declared(without=migrated).values():
        wanted = each.comes_first == first and router.allow_migrate(using, app_label)
        if wanted and not is_there(connection, each):
            with connection.schema_editor() as editor:
                each.create(editor)


def _fields(using: str, labels: set[str]) -> Iterator[Field[Any, Any]]:
    for label in sorted(labels):
        for model in router.get_migratable_models(apps.get_app_config(label), using):
            yield from model._meta.local_fields
