"""A column as a field."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.db import models

from django_schemapatterns import fields as our_fields
from django_schemapatterns.types.declared import python_side

if TYPE_CHECKING:
    from django_schemapatterns.management.inspection.reading import Column

RANGES = {
    "int4range": "IntegerRangeField",
    "int8range": "BigIntegerRangeField",
    "numrange": "DecimalRangeField",
    "daterange": "DateRangeField",
    "tstzrange": "DateTimeRangeField",
}
AUTO = {"smallint": "SmallAutoField", "integer": "AutoField", "bigint": "BigAutoField"}
OURS: list[Any] = [
    our_fields.EmailAddressField,
    our_fields.PhoneNumberField,
    our_fields.PositiveDecimalField,
    our_fields.PercentageField,
    our_fields.CurrencyCodeField,
    our_fields.CountryCodeField,
    our_fields.SlugField,
]
NOW = {"now()", "statement_timestamp()", "CURRENT_TIMESTAMP", "transaction_timestamp()"}
_TEXT = re.compile(r"'((?:[^']|'')*)'::[\w \".]+(?:\(\d+(?:,\d+)?\))?(\[\])?")
_NUMBER = re.compile(r"\(?'?(-?\d+(?:\.\d+)?)'?\)?(?:::[\w ]+(?:\(\d+(?:,\d+)?\))?)?")


@dataclass
class Code:
    """
    A call as it is written: `models.CharField(max_length=20)`.

    arguments: as code.  notes: what the call does not say, as comments.
    """

    name: str
    arguments: list[str] = field(default_factory=list)
    options: dict[str, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        options = [f"{name}={value}" for name, value in self.options.items()]
        return f"{self.name}({', '.join([*self.arguments, *options])})"


def field_of(column: Column) -> Code:
    """Return the field of a column, without what constraints and indexes add to it."""
    code = _of_type(column)
    if column.identity and column.type in AUTO:
        code.name = f"models.{AUTO[column.type]}"
    if column.is_array:
        notes, code.notes = code.notes, []
        code = Code("postgres.ArrayField", [str(code)], notes=notes)
    if not column.not_null:
        code.options["null"] = "True"
    if column.comment:
        code.options["db_comment"] = repr(column.comment)
    if column.generated:
        return _generated(column, code)
    if column.default is not None:
        _add_default(column, code)
    return code


def enum_name(column: Column) -> str:
    """Return the name of the class for an enum: OrderStatus for order_status."""
    return "".join(part.capitalize() for part in re.split(r"\W|_", column.type_name) if part)


def _of_type(column: Column) -> Code:
    if column.kind == "e":
        name = enum_name(column)
        implied = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        options = {} if implied == column.type_name else {"type": repr(column.type_name)}
        return Code("fields.EnumField", [name], options)
    if column.kind == "d":
        return _domain(column)
    if column.type in RANGES:
        return Code(f"postgres.{RANGES[column.type]}")
    found = python_side(column.type)
    if column.type == "numeric":
        guess = {"max_digits": "38", "decimal_places": "10"}
        return Code(
            "models.DecimalField", [], guess, notes=["The digits are a guess: the type has no limit."]
        )
    if column.type == "tsvector":
        return Code("SearchVectorField")
    if found is None:
        return Code("models.TextField", notes=[f"A guess: the type is {column.type}."])
    django_field, sizes = found
    return Code(f"models.{django_field.__name__}", [], {name: repr(size) for name, size in sizes.items()})


def _domain(column: Column) -> Code:
    for ours in OURS:
        known = ours()
        sizes = _sizes(known, column)
        declared = ours(**sizes).free_objects()[0] if sizes is not None else None
        names = [name for name, _ in column.rules]
        if declared and declared.name == column.type_name and sorted(declared.rules) == names:
            options = (
                {}
                if sizes == dict(ours.sizes)
                else {name: repr(size) for name, size in (sizes or {}).items()}
            )
            return Code(f"fields.{ours.__name__}", [], options)
    rules = {name: _condition(definition) for name, definition in column.rules}
    arguments = [repr(column.type_name), repr(column.base), *([repr(rules)] if rules else [])]
    domain = Code("database.Domain", arguments)
    notes = [] if python_side(column.base or "") else [f"No Django field is known for {column.base}."]
    return Code("fields.DomainField", [str(domain)], notes=notes)


def _sizes(known: Any, column: Column) -> dict[str, int] | None:
    """Return the sizes that the name of a domain tells, as in positive_decimal_8_3."""
    suffix = column.type_name.removeprefix(type(known).domain)
    if not suffix:
        return dict(known.sizes)
    numbers = suffix.strip("_").split("_")
    if suffix == column.type_name or len(numbers) != len(known.sizes) or not all(map(str.isdigit, numbers)):
        return None
    return dict(zip(known.sizes, map(int, numbers), strict=True))


def _condition(definition: str) -> str:
    """Return what stands between the brackets of CHECK (…)."""
    return definition.removesuffix(" NOT VALID").removeprefix("CHECK (").removesuffix(")")


def _generated(column: Column, code: Code) -> Code:
    code.options.pop("null", None)
    comment = code.options.pop("db_comment", None)
    options = {
        "expression": f"RawSQL({(column.default or '').replace('%', '%%')!r}, ())",
        "output_field": str(code),
        "db_persist": str(column.generated == "s"),
    }
    options |= {"db_comment": comment} if comment else {}
    notes = [*code.notes, "The expression is SQL; better write it with fields and functions."]
    return Code("models.GeneratedField", [], options, notes)


def _add_default(column: Column, code: Code) -> None:
    expression = column.default or ""
    value = _literal(expression, code.name)
    if expression in NOW:
        value = "functions.Now()"
    if expression == "gen_random_uuid()":
        value = "postgres_functions.RandomUUID()"
    if value is None:
        code.notes.append(f"DEFAULT {expression}")
    else:
        code.options["db_default"] = value


def _literal(expression: str, name: str) -> str | None:
    if expression in {"true", "false"}:
        return expression.capitalize()
    if (number := _NUMBER.fullmatch(expression)) and name in NUMERIC:
        return number[1] if "." not in number[1] else f"Decimal({number[1]!r})"
    text = _TEXT.fullmatch(expression)
    if text is None:
        return None
    plain = text[1].replace("''", "'")
    if name == "postgres.ArrayField":
        return "[]" if plain == "{}" else None
    if name == "models.JSONField":
        return repr(json.loads(plain))
    return repr(plain) if name in TEXTS else None


_TEXT_FIELDS = (models.CharField, models.TextField)
NUMERIC = {
    *(f"models.{kind}Field" for kind in ("SmallInteger", "Integer", "BigInteger", "Decimal", "Float")),
    "fields.PositiveDecimalField",
    "fields.PercentageField",
    "fields.DomainField",
}
TEXTS = {
    "models.CharField",
    "models.TextField",
    "fields.EnumField",
    "fields.DomainField",
    *(f"fields.{ours.__name__}" for ours in OURS if issubclass(ours, _TEXT_FIELDS)),
}
