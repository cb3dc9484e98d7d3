"""Full-text search in a column that the database keeps."""

from django_schemapatterns.search.querysets import SearchManager, SearchQuerySet

__all__ = ["SearchManager", "SearchQuerySet"]
