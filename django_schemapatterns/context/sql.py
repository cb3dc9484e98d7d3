"""The SQL side: which statements may write, and the statement that tells a transaction who acts."""

from __future__ import annotations

import re
from enum import Enum, auto
from typing import Final, NamedTuple

from django_schemapatterns.context.payload import clean, dumps
from django_schemapatterns.context.signing import sign
from django_schemapatterns.context.values import Context

SETTINGS: Final = ("app.current_user_id", "app.current_tenant_id", "app.request_id", "app.context")
SIGNATURE: Final = "app.context_signature"

_BLANK = r"(?:[\s(;]++|--[^\n]*+|/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*.*?\*/)*+\*/)*+"
_WRITE = r"(?:insert|update|delete|merge|copy|truncate|with|call|do|execute|explain)\b"
_READ = r"(?:select|values|table)\b"
_CONTROL = r"(?:begin|start|commit|end|rollback|abort|savepoint|release|set\s+(?:transaction|session))\b"
_NAME = r'(?:[\w$]+|"[^"]+")(?:\s*\.\s*(?:[\w$]+|"[^"]+"))*'

_FIRST_WORD = re.compile(
    rf"(?is){_BLANK}(?:(?P<write>{_WRITE})|(?P<read>{_READ})|(?P<control>{_CONTROL})|(?P<other>\w))"
)
_LATER_WRITE = re.compile(rf"(?is);{_BLANK}{_WRITE}")
_FUNCTION = re.compile(rf"(?is){_BLANK}select\s+(?:(?P<table>\*\s+from\s+)|\(*){_NAME}\s*\(")
_FROM = re.compile(r"(?i)\bfrom\b")
_COMMENT = r"--[^\n]*+|/\*(?:[^*/]|\*(?!/)|/(?!\*)|/\*.*?(?:\*/|\Z))*+(?:\*/|\Z)"
_STRING = r"\be'(?:[^'\\]|\\.|'')*'|'[^']*'|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$"
_QUOTED = re.compile(rf'(?is)(?P<name>"[^"]*")|(?P<comment>{_COMMENT})|{_STRING}')


class Kind(Enum):
    """What a statement needs to know of who acts."""

    # It may write: always.
    WRITE = auto()
    # It reads tables, perhaps through a function that writes: once in a transaction, in autocommit never.
    READ = auto()
    # It reads rows that are not shown to everybody: always.
    PROTECTED_READ = auto()
    # DDL, DECLARE, SET and so on, some of which must be alone: where the transaction was told of somebody.
    OTHER = auto()
    # Transaction control: never, as it must come first, or ends what was told.
    CONTROL = auto()


def kind_of(sql: str) -> Kind:
    """
    Tell by its first word what a statement, or a string of several, needs to know.

        kind_of("/* nightly */ WITH gone AS (DELETE …) …")  # Kind.WRITE
        kind_of("SELECT close_month(7)")                    # Kind.WRITE, as it reads no table
        kind_of("CREATE INDEX CONCURRENTLY …")              # Kind.OTHER
    """
    first = _FIRST_WORD.match(sql)
    word = first.lastgroup if first else "control"
    if word == "control":
        return Kind.CONTROL
    if word == "write" or _writes_later(sql) or (word == "read" and _calls_function(sql)):
        return Kind.WRITE
    return Kind.READ if word == "read" else Kind.OTHER


def _writes_later(sql: str) -> bool:
    return ";" in sql and _LATER_WRITE.search(without_quoted(sql)) is not None


def _calls_function(sql: str) -> bool:
    call = _FUNCTION.match(sql)
    return call is not None and (call["table"] is not None or _FROM.search(without_quoted(sql)) is None)


def without_quoted(sql: str, *, names: bool = False) -> str:
    """
    Return a statement with its strings empty and its comments blank, so that what is left is SQL.

    names: whether identifiers in quotes stay.
    """

    def emptied(found: re.Match[str]) -> str:
        if found["comment"]:
            return " "
        return found["name"] if names and found["name"] else "''"

    return _QUOTED.sub(emptied, sql)


class Telling(NamedTuple):
    """What a transaction is told: the values of SETTINGS, and the statement that sets them."""

    values: tuple[str, ...]
    sql: str

    def signed(self, backend: int) -> str:
        """Return the statement with a signature for a backend, if contexts are signed."""
        signature = sign(self.values, backend)
        return self.sql if signature is None else f"{self.sql}, {_set_local(SIGNATURE, signature)}"


def telling_of(context: Context) -> Telling:
    """Say how to tell the transaction who acts; the user is looked up here, if need be."""
    actor = context.actor
    if actor not in context.tellings:
        data = {**context.data, **clean({"user_label": actor.label})}
        context.tellings[actor] = _telling(
            actor.id or "", context.tenant_id or "", context.request_id or "", dumps(data) if data else ""
        )
    return context.tellings[actor]


def _telling(*values: str) -> Telling:
    return Telling(values, f"SELECT {', '.join(map(_set_local, SETTINGS, values))}")


def _set_local(name: str, value: str) -> str:
    return f"pg_catalog.set_config('{name}', {literal(value)}, true)"


def literal(text: str) -> str:
    # Without percent signs the statement is the same whether or not the driver looks for placeholders in it.
    escaped = text.replace("\\", "\\\\").replace("'", "''").replace("%", "\\x25")
    return f"E'{escaped}'"


NOBODY_ACTS = telling_of(Context())
