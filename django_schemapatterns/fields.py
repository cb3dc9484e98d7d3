"""Model fields."""

from django_schemapatterns.softdelete.fields import AliveForeignKey, BatchField, MarkField

__all__ = ["AliveForeignKey", "BatchField", "MarkField"]
