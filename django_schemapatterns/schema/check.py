"""A CHECK whose error is shown at the field that it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.exceptions import NON_FIELD_ERRORS, FieldDoesNotExist, ValidationError
from django.db.models import CheckConstraint

from django_schemapatterns.schema.errors.places import place_of
from django_schemapatterns.schema.names import NamedByModel

if TYPE_CHECKING:
    from django.db.models import Model


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

    error_field: by default the only field of the condition; an error about several stands above the form.

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
            place = place_of(self, model)
            if place == NON_FIELD_ERRORS or place in (exclude or ()):
                raise
            raise ValidationError({place: error}) from None

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
