"""Checks of the types that fields need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning as CheckWarning

from django_schemapatterns.schema.checks import migrated
from django_schemapatterns.schema.free import free_objects
from django_schemapatterns.schema.types import find_type


def check_types(**kwargs: Any) -> list[CheckMessage]:
    """Find types of one name that are declared differently, and those that have the name of a table."""
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in models}
    messages: list[CheckMessage] = []
    first: dict[str, tuple[Any, Any]] = {}
    for field, needed in _needed():
        declared, place = first.setdefault(needed.name, (needed, field))
        if declared != needed:
            messages.append(
                Error(
                    f"{field} and {place} use the type {needed.name!r}, but declare it differently.",
                    hint="Give one of them another name.",
                    obj=field,
                    id="schemapatterns.E603",
                )
            )
        if needed.name in tables:
            messages.append(
                Error(
                    f"The type {needed.name!r} has the name of a table, and every table is a type, too.",
                    hint="Give the type another name.",
                    obj=field,
                    id="schemapatterns.E604",
                )
            )
    return messages


def check_types_in_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find types that are not in the database, although all migrations are applied."""
    messages: list[CheckMessage] = []
    for connection in migrated(databases):
        needed = {each.name: each for _, each in _needed()}
        messages += [
            CheckWarning(
                f"{connection.alias}: the type {name!r} is missing.",
                hint="Run makemigrations and migrate.",
                id="schemapatterns.W610",
            )
            for name, each in sorted(needed.items())
            if find_type(connection, each.quoted) is None
        ]
    return messages


def _needed() -> list[tuple[Any, Any]]:
    models = apps.get_models(include_auto_created=True)
    fields = [field for model in models if model._meta.managed for field in model._meta.local_fields]
    return [(field, each) for field in fields for each in free_objects(field)]
