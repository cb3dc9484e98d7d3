"""Documents in a column whose attributes have types and rules, which the database keeps."""

from django_schemapatterns.attributes.conversion import Conversion, convert_attributes
from django_schemapatterns.attributes.querysets import AttributesQuerySet

__all__ = ["AttributesQuerySet", "Conversion", "convert_attributes"]
