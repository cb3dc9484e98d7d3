"""Forms: what the database refuses, told where it was typed in."""

from django_schemapatterns.schema.errors.forms import (
    DatabaseErrorsForm,
    DatabaseErrorsFormSet,
    DatabaseErrorsView,
    add_errors,
)
from django_schemapatterns.schema.errors.mapper import as_validation_errors, validation_error
from django_schemapatterns.softdelete.forms import AliveChoiceField

__all__ = [
    "AliveChoiceField",
    "DatabaseErrorsForm",
    "DatabaseErrorsFormSet",
    "DatabaseErrorsView",
    "add_errors",
    "as_validation_errors",
    "validation_error",
]
