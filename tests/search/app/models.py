"""Tables that are searched: with everything, with other patterns, and with little."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.indexes import SearchIndex
from django_schemapatterns.search import SearchQuerySet
from django_schemapatterns.softdelete.querysets import SoftDeleteManager, SoftDeleteQuerySet


class Article(patterns.SearchableModel):
    """Every kind of column that can be searched."""

    title = models.CharField(max_length=200)
    body = models.TextField(null=True)
    tags = ArrayField(models.TextField(), default=list)
    data = models.JSONField(null=True)
    number = models.IntegerField(null=True)
    slug = fields.SlugField(null=True, domain="searchtests_slug")

    search_vector = fields.SearchVectorField(
        ["title", "body", "tags", "data", "number", "slug"],
        weights={"title": "A", "body": "B", "tags": "C"},
        config="english",
    )

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


class Title(patterns.SearchableModel):
    """Found while somebody types."""

    name = models.CharField(max_length=200, db_column="Der Näme")
    words = fields.SearchVectorField(["name"], config="english", prefixes=True)

    class Meta:
        indexes = [SearchIndex("words", name="searchtests_title_own")]

    def __str__(self) -> str:
        return self.name


class GoodsQuerySet(SearchQuerySet["Goods"], SoftDeleteQuerySet["Goods"]):  # type: ignore[override]
    """Goods by words, alive ones and deleted ones."""


class Goods(  # type: ignore[misc]
    patterns.AuditedModel, patterns.SoftDeleteModel, patterns.TimestampedModel, patterns.SearchableModel
):
    """Every pattern at once."""

    name = models.CharField(max_length=200)
    search_vector = fields.SearchVectorField(["name"], config="simple")

    objects: ClassVar[Any] = SoftDeleteManager.from_queryset(GoodsQuerySet)()

    def __str__(self) -> str:
        return self.name
