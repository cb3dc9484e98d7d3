"""One product, its document checked or not, and a table of a million of them."""

# ruff: noqa: DJ008

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import models

from benchmarks.audit.models import Product
from django_schemapatterns.attributes import AttributesQuerySet
from django_schemapatterns.fields import Attribute, AttributesField
from django_schemapatterns.indexes import AttributeIndex, AttributesIndex

SCHEMA = [
    Attribute("color", choices=[f"color {number}" for number in range(20)]),
    Attribute("material", max_length=50, required=True),
    Attribute("weight", Decimal, min=0, unit="kg"),
    Attribute("warranty", int, min=0, max=30),
    Attribute("released", date),
    Attribute("tags", list[str]),
]


class Unchecked(Product):
    class Meta(Product.Meta):
        indexes = [*Product.Meta.indexes, AttributesIndex("attributes")]


class Checked(Product):
    attributes = AttributesField(schema=SCHEMA)

    class Meta(Product.Meta):
        indexes = [*Product.Meta.indexes, AttributesIndex("attributes")]


class Million(models.Model):
    attributes = AttributesField(schema=SCHEMA)

    objects = AttributesQuerySet.as_manager()

    class Meta:
        indexes = [AttributesIndex("attributes"), AttributeIndex("attributes", "weight")]
