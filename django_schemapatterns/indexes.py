"""Indexes for `Meta.indexes`."""

from django_schemapatterns.attributes.indexes import AttributeIndex, AttributesIndex
from django_schemapatterns.search.indexes import SearchIndex

__all__ = ["AttributeIndex", "AttributesIndex", "SearchIndex"]
