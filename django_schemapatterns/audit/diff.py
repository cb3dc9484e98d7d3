"""What an entry says changed, as values of the model's fields."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_schemapatterns.audit import columns
from django_schemapatterns.audit.objects import options_for
from django_schemapatterns.audit.options import table_columns
from django_schemapatterns.audit.values import to_python

if TYPE_CHECKING:
    from django.db.models import Field, Model

    from django_schemapatterns.audit.models import AuditLog


@dataclass(frozen=True, slots=True)
class Change:
    """
    One field of an entry.

    name: the field's name, or the column's when the model has no such field any more.
    old, new: Python values; None where there was no row.
    masked: the values are markers, not what was stored.
    """

    name: str
    column: str
    label: str
    old: Any
    new: Any
    masked: bool = False
    field: Field[Any, Any] | None = None


def changes_of(entry: AuditLog) -> list[Change]:
    """Return the changes of an entry in the order of the model's fields, those of lost columns last."""
    pairs, model = logged_pairs(entry), entry.model
    fields = table_columns(model) if model else {}
    order = [column for column in fields if column in pairs] + [
        column for column in pairs if column not in fields
    ]
    return [_change(column, pairs[column], fields.get(column), model) for column in order]


def logged_pairs(entry: AuditLog) -> dict[str, tuple[Any, Any]]:
    """Return (old, new) of each column as logged."""
    changes = entry.changes or {}
    match entry.operation:
        case "U":
            return {column: (old, new) for column, (old, new) in changes.items()}
        case "I":
            return {column: (None, value) for column, value in changes.items()}
        case "D":
            return {column: (value, None) for column, value in changes.items()}
        case _:
            return {}


def old_values(entry: AuditLog) -> dict[str, Any] | None:
    """Return the values before an entry, as logged: the changed ones of an update, all of a deletion."""
    return (
        {column: old for column, (old, _) in logged_pairs(entry).items()} if entry.operation in "UD" else None
    )


def new_values(entry: AuditLog) -> dict[str, Any] | None:
    """Return the values after an entry, as logged: the changed ones of an update, all of an insertion."""
    return (
        {column: new for column, (_, new) in logged_pairs(entry).items()} if entry.operation in "UI" else None
    )


def changed_fields(entry: AuditLog) -> list[str] | None:
    """Return the names of the columns that an update changed, in alphabetical order."""
    return sorted(entry.changes or {}) if entry.operation == "U" else None


def _change(
    column: str, pair: tuple[Any, Any], field: Field[Any, Any] | None, model: type[Model] | None
) -> Change:
    if field is None or model is None:
        return Change(column, column, column, *pair, masked=columns.MASK in pair)
    masked = columns.MASK in pair or is_masked(model, field)
    old, new = pair if masked else (to_python(field, value) for value in pair)
    return Change(field.name, column, str(field.verbose_name), old, new, masked, field)


def is_masked(model: type[Model], field: Field[Any, Any]) -> bool:
    options = options_for(model)
    return options is not None and field.name in options.masked(model)
