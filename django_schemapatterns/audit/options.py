"""What a model says about its audit: the inner class `Audit` or the arguments of `audit.register()`."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, cast

from django.core.exceptions import FieldDoesNotExist, ImproperlyConfigured

if TYPE_CHECKING:
    from django.db.models import Field, Model, Q

# Never useful in a log, and a secret even when hashed.
ALWAYS_MASKED = re.compile(r"(^|_)(password|passwd|passphrase)(_hash)?$", re.IGNORECASE)
LOOKS_SECRET = re.compile(
    r"(^|_)(secret|token|api_?key|private_?key|access_?key|otp|pin|cvv|cvc|ssn|iban|card_?number|credit_?card)(_|$)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """
    The options of one audited model, all of them names of its fields but the condition.

    exclude: fields that the log does not hold; a change of nothing else writes nothing.
    mask: fields whose changes are logged without their values; fields named `password` always are.
    condition: a `Q` on the model's own columns; an entry is written when the row matches before or after.
    label: fields whose values name the row in the log, for when it is gone.
    """

    exclude: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    condition: Q | None = None
    label: tuple[str, ...] = ()

    @classmethod
    def of(cls, declaration: type | None) -> AuditOptions:
        """Return the options that an inner class `Audit` declares."""
        if declaration is None:
            return cls()
        given = {
            name: getattr(declaration, name)
            for base in declaration.__mro__[:-1]
            for name in vars(base)
            if not name.startswith("__")
        }
        return cls.from_dict(given, where=declaration.__qualname__)

    @classmethod
    def from_dict(cls, given: dict[str, Any], *, where: str) -> AuditOptions:
        allowed = [field.name for field in fields(cls)]
        for name in given:
            if name not in allowed:
                near = difflib.get_close_matches(name, allowed, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                raise ImproperlyConfigured(
                    f"{where}: there is no audit option {name!r}; the options are {', '.join(allowed)}.{hint}"
                )
        names = {
            name: _names(given[name], f"{where}.{name}")
            for name in ("exclude", "mask", "label")
            if name in given
        }
        return cls(condition=_condition(given.get("condition"), f"{where}.condition"), **names)

    def validate(self, model: type[Model]) -> None:
        """Raise ImproperlyConfigured when an option names what the model does not have or may not show."""
        for option in ("exclude", "mask", "label"):
            for name in getattr(self, option):
                _column(model, name, option)
        asked = {
            "label": self.label,
            "condition": self.condition.referenced_base_fields if self.condition else (),
        }
        for option, names in asked.items():
            _refuse_virtual(model, option, names)
        key = {field.name for field in model._meta.pk_fields}
        hidden = {*self.exclude, *self.mask}
        if taken := sorted(key & hidden):
            raise ImproperlyConfigured(
                f"{model._meta.label}: the audit can not hide {taken[0]!r}, a part of the primary key."
            )
        if shown := sorted(set(self.label) & {*hidden, *self.always_masked(model)}):
            raise ImproperlyConfigured(
                f"{model._meta.label}: the audit label can not show {shown[0]!r}, it is excluded or masked."
            )

    def always_masked(self, model: type[Model]) -> list[str]:
        """Return the names of the fields that are secret by name, or by nature as encrypted ones are."""
        return [
            field.name
            for field in table_fields(model)
            if ALWAYS_MASKED.search(field.name) or getattr(field, "is_secret", False)
        ]

    def masked(self, model: type[Model]) -> set[str]:
        """Return the names of the fields whose values are never shown."""
        return {*self.mask, *self.always_masked(model)}


def table_fields(model: type[Model]) -> list[Field[Any, Any]]:
    """Return the fields that are columns of the model's own table, not of a parent's."""
    concrete = model._meta.concrete_model or model
    return [field for field in concrete._meta.local_concrete_fields if field.column]


def table_columns(model: type[Model]) -> dict[str, Field[Any, Any]]:
    """Return the fields that are columns of the model's own table, by column."""
    return {str(field.column): field for field in table_fields(model)}


def is_virtual(field: Field[Any, Any]) -> bool:
    """Return whether the column is computed when it is read, so that triggers do not see it."""
    return getattr(field, "generated", False) and not getattr(field, "db_persist", True)


def is_derived(field: Field[Any, Any]) -> bool:
    """Return whether the field says that its values follow from others, which the log holds."""
    return getattr(field, "is_derived", False)


def _refuse_virtual(model: type[Model], option: str, names: Iterable[str]) -> None:
    for field in table_fields(model):
        if field.name in names and is_virtual(field):
            raise ImproperlyConfigured(
                f"{model._meta.label}: audit option {option!r} names {field.name!r}, a virtual column, "
                f"which triggers do not see. Name the fields that it is made from, or set db_persist=True."
            )


def _names(value: Any, where: str) -> tuple[str, ...]:
    if isinstance(value, str):
        value = (value,)
    if isinstance(value, Iterable):
        names = tuple(value)
        if all(isinstance(name, str) for name in names):
            return names
    raise ImproperlyConfigured(f"{where} must be a list of field names, not {value!r}.")


def _condition(value: Any, where: str) -> Q | None:
    from django.db.models import Q

    if value is None or isinstance(value, Q):
        return value
    raise ImproperlyConfigured(f"{where} must be a Q object, not {value!r}.")


def _column(model: type[Model], name: str, option: str) -> Field[Any, Any]:
    names = [field.name for field in table_fields(model)]
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if field is None or field.name not in names:
        near = difflib.get_close_matches(name, names, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else f" Its fields are {', '.join(names)}."
        raise ImproperlyConfigured(
            f"{model._meta.label}: audit option {option!r} names {name!r}, which is no field with a column "
            f"in {model._meta.db_table}.{hint}"
        )
    return cast("Field[Any, Any]", field)
