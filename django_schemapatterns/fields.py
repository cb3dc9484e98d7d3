"""Model fields."""

from django_schemapatterns.attributes.attribute import Attribute
from django_schemapatterns.attributes.fields import AttributesField
from django_schemapatterns.periods.expressions import ClockTimestamp
from django_schemapatterns.softdelete.fields import AliveForeignKey, BatchField, MarkField

__all__ = ["AliveForeignKey", "Attribute", "AttributesField", "BatchField", "ClockTimestamp", "MarkField"]
