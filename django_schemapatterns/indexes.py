"""Indexes for `Meta.indexes`."""

from django_schemapatterns.attributes.indexes import AttributeIndex, AttributesIndex

__all__ = ["AttributeIndex", "AttributesIndex"]
