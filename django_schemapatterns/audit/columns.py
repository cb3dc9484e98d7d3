"""How a column is compared and how its value is written into JSON, by its type."""

from __future__ import annotations

import json
import re
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.names import literal, quote

if TYPE_CHECKING:
    from django.db.models import Field


class Kind(StrEnum):
    NATIVE = "native"  # compared by its type's equality, written as to_json() writes it
    COMPARED_AS_TEXT = "compared_as_text"  # its equality is missing, loose, or outside of pg_catalog
    TEXT = "text"  # also written as text, which is exact where a cast to JSON is not
    TEXTS = "texts"  # the same for the elements of an array
    JSONB = "jsonb"  # a JSON null is told from an SQL NULL
    JSON = "json"  # the same; has no equality, and can hold what jsonb refuses
    MASKED = "masked"  # written as a marker


MASK: Final = "********"
JSON_NULL: Final = {"$json": None}
MARKER: Final = f"'{json.dumps(JSON_NULL)}'::json"
NUL: Final = r"E'\\u0000'"  # as JSON writes it, and as no jsonb can
MAX_PAIRS: Final = 50  # PostgreSQL passes at most 100 arguments to a function.

# Types of pg_catalog with an equality; the trigger functions see nothing but pg_catalog.
_RANGES: Final = {
    f"{kind}{form}"
    for kind in ("int4", "int8", "num", "date", "ts", "tstz")
    for form in ("range", "multirange")
}
_TIMES: Final = {
    f"{kind}{zone}"
    for kind in ("time", "timestamp")
    for zone in ("", "tz", "_with_time_zone", "_without_time_zone")
}
_NUMBERS: Final = {
    "smallint",
    "integer",
    "bigint",
    "smallserial",
    "serial",
    "bigserial",
    "numeric",
    "decimal",
    "real",
    "double_precision",
    *(f"{kind}{size}" for kind in ("int", "float") for size in ("", "2", "4", "8")),
}
_OTHERS: Final = {
    "boolean",
    "bool",
    "char",
    "character",
    "character_varying",
    "varchar",
    "text",
    "bytea",
    "uuid",
    "date",
    "interval",
    "inet",
    "cidr",
    "macaddr",
}
_RARE: Final = {"macaddr8", "bit", "varbit", "tsvector", "tsquery", "oid", "xid8", "money"}
_NATIVE_TYPES: Final = frozenset(_RANGES | _TIMES | _NUMBERS | _OTHERS | _RARE)
# Values that are equal and yet not the same: '24 hours' and '1 day', 1.0 and 1.00; json has no equality.
_LOOSE: Final = {"hstore", "citext", "interval", "json"}
_UNSCALED: Final = {"numeric", "numeric[]", "decimal", "decimal[]"}


def kind_of(field: Field[Any, Any], *, masked: bool) -> Kind:
    """Return the kind of a model field's column."""
    if masked:
        return Kind.MASKED
    base, array = base_type(field), "[" in db_type(field)
    if base in (Kind.JSON, Kind.JSONB) and not array:
        return Kind(base)
    if base in _LOOSE or db_type(field) in _UNSCALED or field.db_parameters(postgresql()).get("collation"):
        return Kind.COMPARED_AS_TEXT
    if base in _NATIVE_TYPES or base == Kind.JSONB:
        return Kind.NATIVE
    return Kind.TEXTS if array else Kind.TEXT


def is_known(field: Field[Any, Any]) -> bool:
    """Return whether the column's type is one of pg_catalog."""
    return base_type(field) in {*_NATIVE_TYPES, Kind.JSON, Kind.JSONB}


def base_type(field: Field[Any, Any]) -> str:
    """Return the column's type without length, precision and array brackets."""
    return re.sub(r"\([^)]*\)|\[\d*\]", "", db_type(field)).strip().lower().replace(" ", "_")


def db_type(field: Field[Any, Any]) -> str:
    return field.db_type(postgresql()) or ""


def differences(columns: list[tuple[str, Kind]]) -> str:
    """Return the SQL of a JSON object as text: `{column: [old, new]}` for each column that changed."""
    pairs = [difference(*column) for column in columns]
    chunks = [", ".join(pairs[start : start + MAX_PAIRS]) for start in range(0, len(pairs), MAX_PAIRS)]
    if len(chunks) > 1:
        chunks = [f"nullif(concat_ws(',', {chunk}), '')" for chunk in chunks]
    return f"concat('{{', concat_ws(',', {', '.join(chunks)}), '}}')" if chunks else "'{}'"


def difference(column: str, kind: Kind) -> str:
    """Return the SQL of `column: [old, new]` as text, or of NULL when the column did not change."""
    old, new = comparable(column, kind)
    pair = f"json_build_array({value(column, kind, 'o.')}, {value(column, kind, 'n.')})::text"
    name = literal(f"{json.dumps(column, ensure_ascii=False)}:")
    return f"CASE WHEN {old} IS DISTINCT FROM {new} THEN {name} || {pair} END"


def same_key(column: str, kind: Kind) -> str:
    """Return the SQL that pairs an old and a new row by a column of the primary key."""
    return " = ".join(comparable(column, kind))


def comparable(column: str, kind: Kind) -> tuple[str, str]:
    """Return the SQL of a column's old and new value such that what differs is not equal."""
    old, new = f"o.{quote(column)}", f"n.{quote(column)}"
    if kind in (Kind.NATIVE, Kind.JSONB):
        return old, new
    return f'{old}::text COLLATE "C"', f'{new}::text COLLATE "C"'


def value(column: str, kind: Kind, side: str) -> str:
    """Return the SQL of a column's value for a JSON document."""
    name = f"{side}{quote(column)}"
    match kind:
        case Kind.MASKED:
            return f"CASE WHEN {name} IS NOT NULL THEN '{MASK}' END"
        case Kind.TEXT:
            return f"{name}::text"
        case Kind.TEXTS:
            return f"{name}::text[]"
        case Kind.JSONB:
            return f"CASE WHEN {is_json_null(name, kind)} THEN {MARKER} ELSE to_json({name}) END"
        case Kind.JSON:
            text = f"WHEN strpos({name}::text, {NUL}) > 0 THEN to_json({name}::text)"
            return f"CASE WHEN {is_json_null(name, kind)} THEN {MARKER} {text} ELSE to_json({name}) END"
        case _:
            return name


def whole_row(columns: list[tuple[str, Kind]], row: str) -> str:
    """
    Return the SQL of a row as JSON, whatever its columns, with what that gets wrong put right.

    columns: those that are known.
    """
    kinds = (Kind.TEXT, Kind.TEXTS, Kind.JSONB)
    wrong: list[tuple[str, Kind]] = [(column, kind) for column, kind in columns if kind in kinds]
    plain = f"row_to_json({row})"
    if not wrong:
        return plain
    corrected = f"(to_jsonb({row}) || {jsonb_object(wrong, '')})::json"
    if any(kind != Kind.JSONB for _, kind in wrong):
        return corrected
    nulls = " OR ".join(f"({is_json_null(quote(column), kind)})" for column, kind in wrong)
    return f"CASE WHEN {nulls} THEN {corrected} ELSE {plain} END"


def is_json_null(name: str, kind: Kind) -> str:
    # Also true to a column whose type was changed behind our back, and no large document is made text for it.
    if kind == Kind.JSON:
        return f"btrim({name}::text, E' \\t\\n\\r') = 'null'"
    return f"pg_column_size({name}) < 32 AND {name}::text = 'null'"


def build_object(columns: list[tuple[str, Kind]], side: str) -> str:
    """Return the SQL of a JSON object of all columns."""
    if len(columns) > MAX_PAIRS:
        return f"({jsonb_object(columns, side)})::json"
    return f"json_build_object({_pairs(columns, side)})"


def jsonb_object(columns: list[tuple[str, Kind]], side: str) -> str:
    chunks = [columns[start : start + MAX_PAIRS] for start in range(0, len(columns), MAX_PAIRS)]
    return " || ".join(f"jsonb_build_object({_pairs(chunk, side)})" for chunk in chunks)


def _pairs(columns: list[tuple[str, Kind]], side: str) -> str:
    return ", ".join(f"{literal(column)}, {value(column, kind, side)}" for column, kind in columns)
