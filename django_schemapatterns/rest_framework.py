"""Django REST framework: needs the extra `drf`."""

from django_schemapatterns.schema.errors.rest_framework import (
    DatabaseErrorsMixin,
    as_api_error,
    exception_handler,
)

__all__ = ["DatabaseErrorsMixin", "as_api_error", "exception_handler"]
