"""Checks of the mechanisms that every pattern stands on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.conf import settings
from django.core.checks import CheckMessage, Error
from django.core.management.commands import makemigrations
from django.db import connections
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.db.utils import load_backend
from pgtrigger.migrations import MigrationAutodetectorMixin

from django_schemapatterns.schema.autodetector import SchemaAutodetectorMixin
from django_schemapatterns.schema.editor import SchemaEditorMixin

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models import Model

QUOTE = '"'


def migrated(databases: Iterable[str] | None) -> Iterator[BaseDatabaseWrapper]:
    """Yield the PostgreSQL connections whose migrations are all applied: code and catalog can agree there."""
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor == "postgresql":
            applied = frozenset(MigrationRecorder(connection).applied_migrations())
            if not _has_pending(alias, applied):
                yield connection


@lru_cache(maxsize=8)
def _has_pending(alias: str, applied: frozenset[tuple[str, str]]) -> bool:
    """Return whether migrations are missing; all checks ask, and to read the graph takes a while."""
    executor = MigrationExecutor(connections[alias])
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def check_installed_apps(**kwargs: Any) -> list[CheckMessage]:
    if apps.is_installed("pgtrigger"):
        return []
    return [
        Error(
            "django-schemapatterns needs django-pgtrigger, which is not in INSTALLED_APPS.",
            hint='Add "pgtrigger" to INSTALLED_APPS, before "django_schemapatterns".',
            id="schemapatterns.E001",
        )
    ]


def check_tables(**kwargs: Any) -> list[CheckMessage]:
    """Find tables whose schema is named in a way that only Django's own SQL bears."""
    return [message for model in apps.get_models() for message in _check_table(model)]


def _check_table(model: type[Model]) -> Iterator[CheckMessage]:
    table = model._meta.db_table
    quoted = f'"{table.removeprefix(QUOTE).removesuffix(QUOTE)}"'
    if QUOTE not in table or table == quoted or not _has_ours(model):
        return
    yield Error(
        f"{model._meta.label} has the db_table {table!r}, which is quoted by halves.",
        hint=f"Quote the schema and the table: db_table = {quoted!r}.",
        obj=model,
        id="schemapatterns.E005",
    )


def _has_ours(model: type[Model]) -> bool:
    """Return whether migrations make something for the table that Django does not know."""
    ours = (type(each).__module__.startswith("django_schemapatterns.") for each in model._meta.constraints)
    return bool(getattr(model._meta, "triggers", ())) or any(ours)


def check_composed(**kwargs: Any) -> list[CheckMessage]:
    """Find packages that replaced Django's autodetector or schema editor instead of adding to them."""
    autodetector = makemigrations.Command.autodetector
    lost = [
        mixin.__module__
        for mixin in (SchemaAutodetectorMixin, MigrationAutodetectorMixin)
        if not issubclass(autodetector, mixin)
    ]
    messages: list[CheckMessage] = []
    if lost and apps.is_installed("pgtrigger"):
        messages.append(
            Error(
                f"The migration autodetector is {autodetector.__module__}.{autodetector.__qualname__}, "
                f"which lacks {' and '.join(lost)}: makemigrations would miss changes of triggers.",
                hint="Another package replaced it. Put that package before pgtrigger and "
                "django_schemapatterns in INSTALLED_APPS, and set no `autodetector` in commands of your own.",
                id="schemapatterns.E002",
            )
        )
    return [*messages, *_check_editors()]


def _check_editors() -> list[CheckMessage]:
    engines = {config["ENGINE"] for config in settings.DATABASES.values() if config.get("ENGINE")}
    wrappers: list[Any] = [load_backend(engine).DatabaseWrapper for engine in sorted(engines)]
    return [
        Error(
            f"The schema editor of {wrapper.__module__} lacks {SchemaEditorMixin.__module__}.",
            hint="Another package replaced it; put that package before django_schemapatterns.",
            id="schemapatterns.E003",
        )
        for wrapper in wrappers
        if wrapper.vendor == "postgresql" and not issubclass(wrapper.SchemaEditorClass, SchemaEditorMixin)
    ]
