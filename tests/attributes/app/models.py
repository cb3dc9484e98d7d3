"""Documents of every shape that a schema can have."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models

from django_schemapatterns.attributes import AttributesQuerySet
from django_schemapatterns.fields import Attribute, AttributesField
from django_schemapatterns.indexes import AttributeIndex, AttributesIndex


class Color(models.TextChoices):
    RED = "red", "Red"
    GREEN = "green", "Green"
    BLUE = "blue", "Blue"


ARTICLE = [
    Attribute("color", choices=Color, required=True, help_text="What one sees"),
    Attribute("name", max_length=20),
    Attribute("weight", Decimal, min=0, unit="kg"),
    Attribute("pages", int, min=1, max=5_000, label="Number of pages"),
    Attribute("rating", int, choices=[1, 2, 3]),
    Attribute("recycled", bool),
    Attribute("released", date, min=date(2000, 1, 1)),
    Attribute("tags", list[str]),
    Attribute("sizes", list[str], choices=["S", "M", "L"]),
    Attribute("ports", list[int], min=1, max=65_535),
    Attribute("doses", list[Decimal], min=0),
]


class Article(models.Model):
    """One schema for all rows."""

    title = models.CharField(max_length=50, db_default="article")
    attributes = AttributesField(schema=ARTICLE)

    objects = AttributesQuerySet.as_manager()


class Item(models.Model):
    """Many rows, with every index that there is."""

    specs = AttributesField(
        schema=[
            Attribute("color"),
            Attribute("name"),
            Attribute("weight", Decimal),
            Attribute("released", date),
            Attribute("sold", bool),
            Attribute("tags", list[str]),
        ]
    )
    alive = models.BooleanField(default=True)

    objects = AttributesQuerySet.as_manager()

    class Meta:
        indexes = [
            AttributesIndex("specs"),
            AttributeIndex("specs", "weight"),
            AttributeIndex("specs", "released"),
            AttributeIndex("specs", "name", prefix=True),
            AttributeIndex("specs", "color", condition=models.Q(alive=True)),
        ]


class Kind(models.TextChoices):
    LAMP = "lamp", "Lamp"
    BOOK = "book", "Book"
    GIFT = "gift", "Gift card"


class Gadget(models.Model):
    """A schema for each kind; a gift card has none."""

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.LAMP)
    details = AttributesField(
        by="kind",
        schema={
            Kind.LAMP: [
                Attribute("watts", int, min=1, required=True),
                Attribute("socket", choices=["E14", "E27"]),
            ],
            Kind.BOOK: [Attribute("pages", int, min=1), Attribute("socket", bool)],
        },
    )

    objects = AttributesQuerySet.as_manager()


class Note(models.Model):
    """Anything goes beside what is declared, and there may be no document at all."""

    data = AttributesField(
        schema=[
            Attribute("author", required=True),
            Attribute("mood", default="fine"),
            Attribute("100%", int),
        ],
        additional=True,
        null=True,
        db_column="Dätä it's",
    )

    objects = AttributesQuerySet.as_manager()


def parts_of(instance: Any) -> Iterable[Attribute]:
    return [Attribute(f"part {number}", int) for number in range(1, instance.parts + 1)]


class Kit(models.Model):
    """As many attributes as the row says."""

    parts = models.IntegerField(default=1)
    counts = AttributesField(schema=parts_of)

    objects = AttributesQuerySet.as_manager()
