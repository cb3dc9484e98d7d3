"""Rules that hold among the alive rows only."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.exceptions import ValidationError
from django.db.models import Q, UniqueConstraint

from django_schemapatterns.softdelete.relations import MARK

ALIVE = Q(**{f"{MARK}__isnull": True})


class UniqueAlive(UniqueConstraint):
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
        name = name or f"%(app_label)s_%(class)s_{'_'.join(fields)}_alive"
        super().__init__(
            *expressions,
            fields=fields,
            name=name,
            condition=ALIVE & condition if condition else ALIVE,
            **kwargs,
        )

    def deconstruct(self) -> Any:
        _path, expressions, kwargs = super().deconstruct()
        kwargs.pop("condition")
        if self.further:
            kwargs["condition"] = self.further
        return "django_schemapatterns.constraints.UniqueAlive", expressions, kwargs

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = "default") -> None:
        # A form excludes the mark from validation, since nobody can edit it; this rule is about it.
        try:
            super().validate(model, instance, {*(exclude or ())} - {MARK}, using)
        except ValidationError as error:
            if self.violation_error_message != self.default_violation_error_message:
                raise ValidationError(error.message, code=error.code or self._code()) from None
            if not self.fields:
                raise
            raise instance.unique_error_message(model, self.fields) from None

    def _code(self) -> str | None:
        # By this code a form shows the error at the field.
        return "unique" if len(self.fields) == 1 else None


class ExcludeAlive(ExclusionConstraint):
    """
    An exclusion constraint among the rows that are not deleted.

        ExcludeAlive(expressions=[("room", "="), ("during", "&&")], name="no_overlap")
    """

    def __init__(self, *, condition: Q | None = None, **kwargs: Any) -> None:
        self.further = condition
        super().__init__(condition=ALIVE & condition if condition else ALIVE, **kwargs)

    def deconstruct(self) -> Any:
        _path, args, kwargs = super().deconstruct()
        kwargs.pop("condition")
        if self.further:
            kwargs["condition"] = self.further
        return "django_schemapatterns.constraints.ExcludeAlive", args, kwargs

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = "default") -> None:
        super().validate(model, instance, {*(exclude or ())} - {MARK}, using)
