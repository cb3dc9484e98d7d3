"""One product: without search, as Django's documentation has it, and with a SearchVectorField; and a tree."""

# ruff: noqa: DJ008

from __future__ import annotations

from django.contrib.postgres import search
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from django_schemapatterns import fields, models as patterns
from example_project.shop.tree import TreeQuerySet


class Product(models.Model):
    name = models.CharField(max_length=255)
    sku = models.CharField(max_length=100)
    description = models.TextField()

    class Meta:
        abstract = True


class Plain(Product):
    pass


class Generated(Product):
    search_vector = models.GeneratedField(
        expression=search.SearchVector("name", weight="A", config="english")
        + search.SearchVector("sku", weight="B", config="english")
        + search.SearchVector("description", weight="D", config="english"),
        output_field=search.SearchVectorField(),
        db_persist=True,
    )

    class Meta:
        indexes = [GinIndex(fields=["search_vector"], name="words_generated_search")]


class Searched(Product, patterns.SearchableModel):
    search_vector = fields.SearchVectorField(
        ["name", "sku", "description"], weights={"name": "A", "sku": "B"}, config="english"
    )


class Typed(Product, patterns.SearchableModel):
    search_vector = fields.SearchVectorField(
        ["name", "sku", "description"], weights={"name": "A", "sku": "B"}, config="english", prefixes=True
    )


class Node(models.Model):
    parent = models.ForeignKey("self", models.CASCADE, null=True)

    objects = TreeQuerySet.as_manager()
