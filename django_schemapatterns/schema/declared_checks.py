"""Checks of the views and functions that apps declare."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from django.apps import apps
from django.core.checks import CheckMessage, Error, Warning as CheckWarning
from django.db import router

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.checks import migrated
from django_schemapatterns.schema.declared import declared, is_there, registered
from django_schemapatterns.schema.free import free_objects
from django_schemapatterns.schema.views import View

_ALL_COLUMNS = re.compile(r"\bSELECT\s+(DISTINCT\s+)?(\w+\.)?\*", re.IGNORECASE)


def check_declared(**kwargs: Any) -> list[CheckMessage]:
    """Find declarations that can not be made, and views that would not follow their tables."""
    taken = _names()
    messages: list[CheckMessage] = []
    for app_label, each in registered():
        try:
            text = each.resolved(app_label).text
        except ConfigurationError as error:
            messages.append(Error(f"{app_label}: {error}", id="schemapatterns.E650"))
            continue
        messages += _check_name(app_label, each, taken)
        if isinstance(each, View) and _ALL_COLUMNS.search(text):
            messages.append(
                CheckWarning(
                    f"{app_label}: the view {each.name!r} selects *, so it keeps the columns of today.",
                    hint="Name the columns; a change of them then changes the view.",
                    id="schemapatterns.W653",
                )
            )
    return messages


def check_declared_in_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find views and functions that are not in the database, although all migrations are applied."""
    messages: list[CheckMessage] = []
    for connection in migrated(databases if registered() else ()):
        messages += [
            CheckWarning(
                f"{connection.alias}: the {each.kind} {each.name!r} of {app_label} is missing.",
                hint="Run makemigrations and migrate.",
                id="schemapatterns.W652",
            )
            for app_label, each in declared().values()
            if router.allow_migrate(connection.alias, app_label) and not is_there(connection, each)
        ]
    return messages


def _names() -> dict[str, str]:
    models = apps.get_models(include_auto_created=True)
    tables = {
        model._meta.db_table: f"table of {model._meta.label}" for model in models if model._meta.managed
    }
    fields = [field for model in models if model._meta.managed for field in model._meta.local_fields]
    return tables | {each.name: f"type of {field}" for field in fields for each in free_objects(field)}


def _check_name(app_label: str, each: Any, taken: dict[str, str]) -> list[CheckMessage]:
    if each.name not in taken:
        return []
    return [
        Error(
            f"{app_label}: the {each.kind} {each.name!r} has the name of the {taken[each.name]}.",
            hint="Give it another name; a model that reads the view needs managed = False.",
            id="schemapatterns.E651",
        )
    ]
