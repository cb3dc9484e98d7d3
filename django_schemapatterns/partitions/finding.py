"""Which tables a command or a call is about."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from typing import Any

from django.db import connections

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions.listing import Listing, read_listing
from django_schemapatterns.schema.maintained import MaintainedTable, maintained_tables
from django_schemapatterns.schema.names import quote


def listings(names: Iterable[Any], *, using: str, sized: bool = False) -> list[Listing]:
    """
    Return what the catalog says of the named tables, or of all that are maintained and in this database.

    sized: with their bytes, for which PostgreSQL looks at each file.
    Raises ConfigurationError when a named one is no table that we maintain, or is not there.
    """
    if connections[using].vendor != "postgresql":
        return []
    names = list(names)
    found = []
    for table in [named(name) for name in names] or maintained_tables():
        listing = read_listing(table, using=using, sized=sized)
        if listing is not None:
            found.append(listing)
        elif names:
            raise ConfigurationError(
                f"{table.label}: {using!r} has no table {table.table} that is partitioned by one column. "
                "Run `manage.py migrate` first."
            )
    return found


def named(name: Any) -> MaintainedTable:
    """Return the table that a model, its label or the name of a table stands for, or the table itself."""
    if isinstance(name, MaintainedTable):
        return name
    wanted = name._meta.db_table if hasattr(name, "_meta") else str(name)
    tables = maintained_tables()
    for table in tables:
        if wanted.lower() in {table.label.lower(), table.table.lower(), quote(table.table).lower()} or (
            wanted.lower() == table.table.replace('"', "").lower()
        ):
            return table
    labels = [table.label for table in tables]
    near = difflib.get_close_matches(wanted, labels, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(labels) or 'none'}."
    raise ConfigurationError(f"{wanted!r} is no table that is partitioned by time. {hint}")
