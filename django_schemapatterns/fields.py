"""Model fields."""

from django_schemapatterns.softdelete.fields import BatchField, MarkField

__all__ = ["BatchField", "MarkField"]
