"""Names of database objects within PostgreSQL's limit of 63 bytes."""

from __future__ import annotations

import hashlib
import re

SCHEMA = "schemapatterns"
MAX_BYTES = 63
HASH_LENGTH = 8


def shorten(name: str, limit: int = MAX_BYTES) -> str:
    """
    Return the name if it fits into PostgreSQL's limit, else a prefix of it and a hash.

        shorten("shop_product_audit_update")  # unchanged
        shorten("a" * 80)                     # 'aaaa…aaaa_86f33652', 63 bytes

    limit: bytes in UTF-8.
    """
    if len(name.encode()) <= limit:
        return name
    head = name.encode()[: limit - HASH_LENGTH - 1].decode(errors="ignore")
    return f"{head}_{digest(name)}"


class NamedByModel:
    """
    The name of a constraint or an index whose declaration may have %(class)s in it: never cut by PostgreSQL.

    Put it among the bases before Django's class.
    """

    _name = ""

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        # Django sets it anew when it has put the model's name in the place of %(class)s.
        self._name = value if "%(" in value else shorten(value)


def digest(text: str) -> str:
    """Return eight stable hexadecimal digits for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:HASH_LENGTH]


def slug(text: str) -> str:
    """Return the text with everything but ASCII letters, digits and underscores replaced, in lower case."""
    return re.sub(r"[^a-z0-9_]+", "_", text.lower()).strip("_")


def quote(identifier: str) -> str:
    """
    Return the identifier quoted for SQL.

    An identifier that is quoted already, such as a `db_table` of the form `"schema"."table"`, is left as it
    is: that is Django's own rule.
    """
    if identifier.startswith('"') and identifier.endswith('"'):
        return identifier
    return '"{}"'.format(identifier.replace('"', '""'))


def sibling(table: str, suffix: str) -> str:
    """Return the name of something beside a table: in its schema, with its name and a suffix."""
    schema, dot, name = table.rpartition('"."')
    if not dot:
        return shorten(f"{table}{suffix}")
    return f'{schema}".{quote(shorten(name[:-1] + suffix))}'


def plain(table: str) -> str:
    """Return the name of a table as in `db_table` without its schema, unquoted."""
    return table.rpartition(".")[2].strip('"') if table.startswith('"') else table


def literal(text: str) -> str:
    """Return the text as an SQL string literal."""
    escaped = text.replace("'", "''")
    return f"E'{escaped.replace(chr(92), chr(92) * 2)}'" if "\\" in text else f"'{escaped}'"
