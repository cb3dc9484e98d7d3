"""When a row was made and last changed, kept by the database."""

from django_schemapatterns.timestamps.models import TimestampedModel

__all__ = ["TimestampedModel"]
