"""Checks of models that are searched: what is missing in their declaration, and in the database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.core.checks import CheckMessage, Error, Warning as CheckWarning
from django.db import router

from django_schemapatterns.schema.checks import migrated
from django_schemapatterns.search.fields import SearchVectorField
from django_schemapatterns.search.models import SearchableModel
from django_schemapatterns.search.querysets import vector_fields

_CONFIGS = """
SELECT cfgname::text, nspname || '.' || cfgname, pg_ts_config_is_visible(pg_ts_config.oid)
FROM pg_ts_config JOIN pg_namespace ON pg_namespace.oid = cfgnamespace
"""
_INDEXED = """
SELECT EXISTS (
    SELECT FROM pg_index
    JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey)
    JOIN pg_class ON pg_class.oid = indexrelid JOIN pg_am ON pg_am.oid = relam
    WHERE indrelid = to_regclass(%s) AND attname = %s AND amname IN ('gin', 'gist') AND indisvalid
)
"""


def check_search(app_configs: Sequence[AppConfig] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Look at what models that are searched declare."""
    return [
        message
        for model in _models(app_configs)
        if issubclass(model, SearchableModel)
        for message in _declaration(model)
    ]


def check_search_database(*, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find configurations that there are not, and vectors without an index."""
    messages: list[CheckMessage] = []
    for connection in migrated(databases):
        known = _configurations(connection)
        for model in _models():
            if model._meta.managed and router.allow_migrate_model(connection.alias, model):
                for field in model._meta.local_fields:
                    if isinstance(field, SearchVectorField):
                        messages += _in_database(connection, model, field, known)
    return messages


def _models(app_configs: Sequence[AppConfig] | None = None) -> list[Any]:
    chosen = apps.get_app_configs() if app_configs is None else app_configs
    models = [model for config in chosen for model in config.get_models()]
    return [model for model in models if not (model._meta.proxy or model._meta.swapped)]


def _declaration(model: Any) -> Iterator[CheckMessage]:
    if not vector_fields(model):
        yield Error(
            f"{model._meta.label} is a SearchableModel, and says not what is searched.",
            hint='Add search_vector = fields.SearchVectorField(["name"], config="english").',
            obj=model,
            id="schemapatterns.E642",
        )
    manager = model._default_manager
    if not hasattr(manager, "search"):
        yield CheckWarning(
            f"{model._meta.label}.{manager.name} has no search(): the manager is another base's.",
            hint="Let its queryset have SearchQuerySet among its bases, and name the manager in the model.",
            obj=model,
            id="schemapatterns.W643",
        )


def _configurations(connection: Any) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(_CONFIGS)
        rows = cursor.fetchall()
    return {full for _, full, _ in rows} | {name for name, _, is_visible in rows if is_visible}


def _in_database(
    connection: Any, model: Any, field: SearchVectorField, known: set[str]
) -> Iterator[CheckMessage]:
    if field.config.lower() not in known:
        yield Error(
            f"{field}: the database has no text search configuration {field.config!r}.",
            hint=f"There are {', '.join(sorted(name for name in known if '.' not in name))}.",
            obj=model,
            id="schemapatterns.E644",
        )
    with connection.cursor() as cursor:
        cursor.execute(_INDEXED, [connection.ops.quote_name(model._meta.db_table), field.column])
        is_indexed = cursor.fetchone()[0]
    if not is_indexed:
        yield CheckWarning(
            f"{field}: no valid index serves it, so that each search reads the whole table.",
            hint=f"Derive {model.__name__} from SearchableModel, or give it SearchIndex({field.name!r}).",
            obj=model,
            id="schemapatterns.W645",
        )
