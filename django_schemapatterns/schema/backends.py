"""A connection to ask about types and quoting, where no particular one is meant."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import DEFAULT_DB_ALIAS, connections

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def postgresql() -> BaseDatabaseWrapper:
    """Return a connection of the PostgreSQL backend; it need not be open."""
    candidates = [connections[DEFAULT_DB_ALIAS], *(connections[alias] for alias in connections)]
    return next((each for each in candidates if each.vendor == "postgresql"), candidates[0])
