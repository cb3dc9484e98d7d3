"""A CHECK whose error is shown at the field that it is about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db.models import CheckConstraint, Q

from django_schemapatterns.schema.errors.places import place_of
from django_schemapatterns.schema.names import NamedByModel

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.schema.errors.meanings import Refusal


class Check(NamedByModel, CheckConstraint):
    """
    Django's CheckConstraint, whose error stands at a field: in forms, and when the database finds it.

        class Meta:
            constraints = [
                Check(
                    condition=Q(compare_price__gte=F("price")),
                    name="products_compare_price",
                    error_field="compare_price",
                    violation_error_message=_("The compare price must not be below the price."),
                ),
            ]

    error_field: by default the only field of the condition, and of conditions that all have to hold the one
    which does not; an error about several fields at once stands above the form.

    To migrations it is a CheckConstraint: to take it in the place of one changes nothing in the database.
    """

    def __init__(self, *, error_field: str = "", **kwargs: Any) -> None:
        self.error_field = error_field
        super().__init__(**kwargs)

    def deconstruct(self) -> Any:
        _path, args, kwargs = super().deconstruct()
        return "django.db.models.CheckConstraint", args, kwargs

    def clone(self) -> Check:
        _path, _args, kwargs = self.deconstruct()
        return type(self)(error_field=self.error_field, **kwargs)

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: Any = "default") -> None:
        try:
            super().validate(model, instance, exclude, using)
        except ValidationError as error:
            places = {*self._blamed(model, instance, exclude, using)} - {*(exclude or ())}
            if not places:
                raise
            raise ValidationError(dict.fromkeys(sorted(places), error)) from None

    def violation_error(self, refusal: Refusal) -> ValidationError:
        """Return what the database's error means."""
        message = self.get_violation_error_message()
        error = ValidationError(message, code=self.violation_error_code)
        places = [place_of(self, refusal.model)]
        if refusal.instance is not None and refusal.using is not None:
            places = [*self._blamed(refusal.model, refusal.instance, None, refusal.using)] or places
        return ValidationError(dict.fromkeys(sorted(places), error))

    def _blamed(self, model: Any, instance: Any, exclude: Any, using: str) -> Iterator[str]:
        """Yield the fields to blame."""
        place = place_of(self, model)
        if place != NON_FIELD_ERRORS:
            yield place
            return
        condition: Any = self.condition
        if condition.connector != Q.AND or condition.negated:
            return
        values = instance._get_field_expression_map(meta=model._meta, exclude=exclude)
        for part in condition.children:
            fields = {name for name, *_rest in model._get_expr_references(Q(part))}
            if len(fields) == 1 and fields <= values.keys() and not Q(part).check(values, using=using):
                yield from fields

    def check(self, model: type[Model], connection: Any) -> list[checks.CheckMessage]:
        parent: Any = super()
        # Django 5.2 has something else of this name.
        inherited = getattr(parent, "_check", None) or parent.check
        return [*inherited(model, connection), *self._check_field(model)]

    _check = check

    def _check_field(self, model: type[Model]) -> list[checks.CheckMessage]:
        if not self.error_field:
            return []
        try:
            model._meta.get_field(self.error_field)
        except FieldDoesNotExist:
            return [
                checks.Error(
                    f"{self.name} shows its error at the field {self.error_field!r}, which there is not.",
                    hint=f"Name one of {', '.join(field.name for field in model._meta.fields)}.",
                    obj=model,
                    id="schemapatterns.E660",
                )
            ]
        return []
