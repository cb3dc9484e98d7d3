"""What the database refuses, as the ValidationError that a form would show."""

from django_schemapatterns.schema.errors.diagnosis import Diagnosis
from django_schemapatterns.schema.errors.mapper import as_validation_errors, validation_error
from django_schemapatterns.schema.errors.meanings import Refusal, declare_meaning

__all__ = ["Diagnosis", "Refusal", "as_validation_errors", "declare_meaning", "validation_error"]
