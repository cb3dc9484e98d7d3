"""The index that finds words."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.indexes import GinIndex

from django_schemapatterns.schema import names


class SearchIndex(names.NamedByModel, GinIndex):
    """
    Finds rows by the words in a `SearchVectorField`.

        class Meta:
            indexes = [SearchIndex("search_vector", condition=Q(deleted_at__isnull=True))]

    Children of `SearchableModel` have one; this is for other models, and for an index with a condition in the
    place of that one. Other arguments are GinIndex's own; the name is optional.
    """

    max_name_length = names.MAX_BYTES

    def __init__(self, field_name: str, *, name: str = "", **kwargs: Any) -> None:
        self.field_name = field_name
        super().__init__(fields=[field_name], name=name or f"%(app_label)s_%(class)s_{field_name}", **kwargs)

    def deconstruct(self) -> Any:
        _path, _expressions, kwargs = super().deconstruct()
        kwargs.pop("fields")
        return "django_schemapatterns.indexes.SearchIndex", (self.field_name,), kwargs
