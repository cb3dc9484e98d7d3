"""
Tables whose rows are shown to some and not to others: reading them takes knowing who acts.

What is read otherwise goes without, so that a page that needs no user looks none up.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from django.apps import apps

from django_schemapatterns.context.sql import without_quoted

_NAME = r'(?:[\w$]+|"(?:[^"]|"")+")'
_WORD = re.compile(r'"((?:[^"]|"")+)"|([\w$]+)')
_READ = re.compile(rf"(?i)\b(?:from|join)\s+(?:only\s+|lateral\s+)*({_NAME}(?:\s*\.\s*{_NAME})*)")
_SYSTEM = frozenset({"pg_catalog", "information_schema", "unnest", "generate_series"})

_protected: set[str] = set()


def protect_reads(tables: Iterable[str]) -> None:
    """Say that whoever reads these tables, named as in `db_table`, has to be known to the database."""
    _protected.update(_plain(table) for table in tables)
    reads_protected.cache_clear()


def protected_tables() -> frozenset[str]:
    """Return the names of those tables, without their schemas."""
    return frozenset(_protected)


@lru_cache(maxsize=4096)
def reads_protected(sql: str) -> bool:
    """
    Tell whether a statement may read rows that are not shown to everybody.

    It does where it names a protected table, or reads what is no table of an installed model: a view, say.
    """
    if not _protected:
        return False
    text = without_quoted(sql, names=True)
    if not _protected.isdisjoint(_names(text)):
        return True
    open_tables = _open_tables()
    return any(_is_unknown(_names(found), open_tables) for found in _READ.findall(text))


def _names(text: str) -> list[str]:
    """Return the names in a piece of SQL, as PostgreSQL folds them."""
    return [quoted.replace('""', '"') or plain.lower() for quoted, plain in _WORD.findall(text)]


def _is_unknown(parts: list[str], open_tables: set[str]) -> bool:
    # EXTRACT(… FROM "table"."column") reads no table of its own.
    if parts[0] in open_tables or parts[0] in _SYSTEM or parts[-1].startswith("pg_"):
        return False
    return parts[-1] not in open_tables


def _plain(table: str) -> str:
    return _names(table)[-1] if table.startswith('"') else table


def _open_tables() -> set[str]:
    models = apps.get_models(include_auto_created=True)
    managed = {_plain(model._meta.db_table) for model in models if model._meta.managed}
    return {*managed, "django_migrations"} - _protected
