"""Arrays of the user's types, which psycopg would hand over as the text '{a,b}'."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps

from django_schemapatterns.schema.free import free_objects

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# Items of a domain are read as what they are made of; those of an enum, as text.
_ARRAYS = """
SELECT typarray, typbasetype FROM pg_type
WHERE typname = ANY (%s) AND typtype IN ('d', 'e') AND typarray <> 0 AND pg_type_is_visible(oid)
"""


@cache
def names_in_use() -> tuple[str, ...]:
    """Return the names of the types that fields of the installed models have."""
    models = apps.get_models(include_auto_created=True)
    fields = [field for model in models for field in model._meta.local_fields]
    return tuple({each.name for field in fields for each in free_objects(field)})


def register_arrays(connection: BaseDatabaseWrapper, names: Iterable[str]) -> None:
    """Let a connection read arrays of the types; the numbers of types differ between databases."""
    driver: Any = connection.connection
    if connection.vendor != "postgresql" or driver is None or not names:
        return
    for array, base in driver.execute(_ARRAYS, [list(names)]).fetchall():
        driver.adapters.register_loader(array, _loader(base))


def on_connection(sender: Any, connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    register_arrays(connection, names_in_use())


@cache
def _loader(base: int) -> Any:
    from psycopg.types.array import ArrayLoader

    return type("UserTypeArrayLoader", (ArrayLoader,), {"base_oid": base})
