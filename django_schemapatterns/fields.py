"""Model fields."""

from django_schemapatterns.periods.expressions import ClockTimestamp
from django_schemapatterns.softdelete.fields import AliveForeignKey, BatchField, MarkField

__all__ = ["AliveForeignKey", "BatchField", "ClockTimestamp", "MarkField"]
