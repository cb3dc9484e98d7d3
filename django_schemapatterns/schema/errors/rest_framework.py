"""What the database refuses, as the answers of Django REST framework."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError as DjangoValidationError
from django.db import Error
from rest_framework import exceptions, views
from rest_framework.settings import api_settings

from django_schemapatterns.schema.errors.forms import by_field
from django_schemapatterns.schema.errors.mapper import as_validation_errors, validation_error

if TYPE_CHECKING:
    from rest_framework.response import Response


def exception_handler(exc: Exception, context: dict[str, Any]) -> Response | None:
    """
    Answer 400 with the fields and their errors where the database refuses what was sent.

        REST_FRAMEWORK = {"EXCEPTION_HANDLER": "django_schemapatterns.rest_framework.exception_handler"}

    Without ATOMIC_REQUESTS, what a view has written before it was refused stays; see DatabaseErrorsMixin.
    """
    if isinstance(exc, Error):
        told = validation_error(exc, *_models(context.get("view")))
        exc = exc if told is None else as_api_error(told)
    return views.exception_handler(exc, context)


class DatabaseErrorsMixin:
    """
    A mixin of a ModelSerializer: `save()` raises its ValidationError where the database refuses the row.

        class ContactSerializer(DatabaseErrorsMixin, serializers.ModelSerializer): ...

    Everything that `save()` writes is taken back then.
    """

    def save(self, **kwargs: Any) -> Any:
        serializer: Any = self
        try:
            with as_validation_errors(serializer.Meta.model, instance=serializer.instance):
                return super().save(**kwargs)  # type: ignore[misc]
        except DjangoValidationError as error:
            raise as_api_error(error, self) from error


def as_api_error(error: DjangoValidationError, serializer: Any = None) -> exceptions.ValidationError:
    """Return an error of Django as one of the framework; a serializer may have other names for the fields."""
    names = {field.source: name for name, field in serializer.fields.items()} if serializer else {}
    whole = api_settings.NON_FIELD_ERRORS_KEY
    found = {
        whole if name == NON_FIELD_ERRORS else names.get(name, name): [
            exceptions.ErrorDetail(text, code=each.code or "invalid")
            for each in errors
            for text in each.messages
        ]
        for name, errors in by_field(error).items()
    }
    return exceptions.ValidationError(found)


def _models(view: Any) -> list[Any]:
    """Return the model that a view writes, as far as it tells."""
    serializer = getattr(view, "serializer_class", None)
    meta = getattr(serializer, "Meta", None)
    queryset = getattr(view, "queryset", None)
    found = [getattr(meta, "model", None), getattr(queryset, "model", None)]
    return [model for model in found if model is not None]
