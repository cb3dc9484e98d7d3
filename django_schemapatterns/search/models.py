"""The base of models that are searched by words."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models

from django_schemapatterns.schema import names
from django_schemapatterns.schema.attach import attach_indexes
from django_schemapatterns.search.fields import SearchVectorField
from django_schemapatterns.search.indexes import SearchIndex
from django_schemapatterns.search.querysets import SearchManager


class SearchableModel(models.Model):
    """
    An abstract model with `search()`, and the index for it.

        class Article(SearchableModel):
            title = models.CharField(max_length=200)
            body = models.TextField()
            words = fields.SearchVectorField(["title", "body"], weights={"title": "A"}, config="english")

        Article.objects.search("laptop -used")
    """

    objects: ClassVar[Any] = SearchManager()

    class Meta:
        abstract = True


def search_indexes(model: type[models.Model]) -> list[SearchIndex]:
    """Return an index for each vector that has none in the model's Meta."""
    options = model._meta
    indexed = {name for index in options.indexes if index.suffix == "gin" for name in index.fields}
    return [
        SearchIndex(field.name, name=names.shorten(f"{options.app_label}_{options.model_name}_{field.name}"))
        for field in options.local_fields
        if isinstance(field, SearchVectorField) and field.name not in indexed
    ]


attach_indexes(SearchableModel, search_indexes)
