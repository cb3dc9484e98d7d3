"""Rules that hold among the alive rows only."""

from __future__ import annotations

from typing import Any, cast

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db.models import BaseConstraint, F, Q, UniqueConstraint

from django_schemapatterns.schema import names
from django_schemapatterns.softdelete.relations import MARK

ALIVE = Q(**{f"{MARK}__isnull": True})


class _AmongAlive(names.NamedByModel, BaseConstraint):
    """What both rules have in common: the condition, and a name that PostgreSQL does not cut."""

    further: Q | None

    def deconstruct(self) -> Any:
        _path, expressions, kwargs = super().deconstruct()
        kwargs.pop("condition", None)
        if self.further:
            kwargs["condition"] = self.further
        return f"django_schemapatterns.constraints.{type(self).__name__}", expressions, kwargs


class UniqueAlive(_AmongAlive, UniqueConstraint):
    """
    Unique among the rows that are not deleted.

        class Meta:
            constraints = [UniqueAlive("sku")]                 # or UniqueAlive(Lower("sku"), name="…")

    fields or expressions: what is unique together; other arguments are UniqueConstraint's own.
    """

    def __init__(self, *expressions: Any, fields: Any = (), name: str = "", **kwargs: Any) -> None:
        if expressions and all(isinstance(each, str) for each in expressions) and not fields:
            expressions, fields = (), expressions
        condition = kwargs.pop("condition", None)
        self.further = condition
        name = name or "_".join(["%(app_label)s_%(class)s", *fields, "alive"])
        super().__init__(
            *expressions,
            fields=fields,
            name=name,
            condition=ALIVE & condition if condition else ALIVE,
            **kwargs,
        )

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = "default") -> None:
        # A form excludes the mark from validation, since nobody can edit it; this rule is about it.
        try:
            super().validate(model, instance, {*(exclude or ())} - {MARK}, using)
        except ValidationError as error:
            if self.violation_error_message != self.default_violation_error_message:
                raise ValidationError(error.message, code=error.code or self._code()) from None
            raise self._error(model, instance) or error from None

    def _error(self, model: Any, instance: Any) -> ValidationError | None:
        """Return the error that names the fields, at the field if there is one only."""
        if self.fields:
            return cast("ValidationError", instance.unique_error_message(model, self.fields))
        expressions: Any = self.expressions
        parts: list[Any] = [part for each in expressions for part in each.flatten() if isinstance(part, F)]
        used = {part.name for part in parts}
        if len(used) != 1:
            return None
        return ValidationError({field: instance.unique_error_message(model, (field,)) for field in used})

    def _code(self) -> str | None:
        # By this code a form shows the error at the field.
        return "unique" if len(self.fields) == 1 else None


class ExcludeAlive(_AmongAlive, ExclusionConstraint):
    """
    An exclusion constraint among the rows that are not deleted.

        ExcludeAlive(expressions=[("room", "="), ("during", "&&")], name="no_overlap")
    """

    def __init__(self, *, condition: Q | None = None, **kwargs: Any) -> None:
        self.further = condition
        super().__init__(condition=ALIVE & condition if condition else ALIVE, **kwargs)

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = "default") -> None:
        super().validate(model, instance, {*(exclude or ())} - {MARK}, using)
