"""Rows that depend on each other in every way that a soft delete has to cope with."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.contenttypes.fields import GenericForeignKey, GenericRelation
from django.contrib.contenttypes.models import ContentType
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from django_schemapatterns import constraints, fields, models as patterns
from django_schemapatterns.softdelete.querysets import SoftDeleteManager, SoftDeleteQuerySet
from example_project.database import DatabaseForeignKey


class Shop(patterns.SoftDeleteModel):
    name = models.CharField(max_length=50, default="shop")


class Supplier(patterns.SoftDeleteModel):
    name = models.CharField(max_length=50, default="supplier")


class ProductQuerySet(SoftDeleteQuerySet["Product"]):
    def named(self, name: str) -> ProductQuerySet:
        return self.filter(name=name)


class Product(patterns.AuditedModel, patterns.SoftDeleteModel):
    """A row with two parents that take it along, and two that do not."""

    shop = models.ForeignKey(Shop, models.CASCADE, null=True, related_name="products")
    supplier = models.ForeignKey(Supplier, models.CASCADE, null=True, related_name="products")
    brand: models.ForeignKey[Brand | None, Brand | None] = models.ForeignKey(
        "Brand", models.SET_NULL, null=True, blank=True, related_name="products"
    )
    keeper: models.ForeignKey[Brand | None, Brand | None] = models.ForeignKey(
        "Brand", models.DO_NOTHING, null=True, related_name="+"
    )
    name = models.CharField(max_length=50, default="product")
    deleted_by = models.TextField(null=True, editable=False)
    deletion_reason = models.TextField(null=True, editable=False)

    objects = SoftDeleteManager.from_queryset(ProductQuerySet)()  # type: ignore[misc]
    notes = GenericRelation("softtests.Note")


class Brand(patterns.SoftDeleteModel):
    name = models.CharField(max_length=50, default="brand")

    def __str__(self) -> str:
        return self.name


ActiveProduct: Any = patterns.active_model(Product)


class Variant(patterns.SoftDeleteModel):
    product = models.ForeignKey(Product, models.CASCADE, related_name="variants")
    color = models.CharField(max_length=20, default="red")


class Contract(models.Model):
    """Not soft-deleted, and protects."""

    supplier = models.ForeignKey(Supplier, models.PROTECT)


class Offer(patterns.SoftDeleteModel):
    """Soft-deleted, and protects while it is alive."""

    variant = models.ForeignKey(Variant, models.PROTECT)


class Review(models.Model):
    """Not soft-deleted, and would be taken along."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="reviews")


class Note(models.Model):
    content_type = models.ForeignKey(ContentType, models.CASCADE)
    object_id = models.BigIntegerField()
    target = GenericForeignKey()


class Node(patterns.SoftDeleteModel):
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="children")


class Edge(patterns.SoftDeleteModel):
    """Two parents of one table."""

    start = models.ForeignKey(Node, models.CASCADE, related_name="starting")
    end = models.ForeignKey(Node, models.CASCADE, related_name="ending")


class Left(patterns.SoftDeleteModel):
    right: models.ForeignKey[Right | None, Right | None] = models.ForeignKey(
        "Right", models.CASCADE, null=True, related_name="lefts"
    )


class Right(patterns.SoftDeleteModel):
    left = models.ForeignKey(Left, models.CASCADE, related_name="rights")


class Top(patterns.SoftDeleteModel):
    pass


class Side(patterns.SoftDeleteModel):
    top = models.ForeignKey(Top, models.CASCADE)


class Bottom(patterns.SoftDeleteModel):
    """The end of a diamond: goes with the top, and restricts the side."""

    top = models.ForeignKey(Top, models.CASCADE)
    side = models.ForeignKey(Side, models.RESTRICT)


class Coupon(patterns.SoftDeleteModel):
    code = models.CharField(max_length=20)
    shop = models.ForeignKey(Shop, models.CASCADE, null=True, blank=True)
    email = models.CharField(max_length=50, blank=True, default="")
    slot = models.IntegerField(default=0)
    live = models.BooleanField(default=False)
    worth = models.IntegerField(default=0)

    class Meta:
        constraints = [
            constraints.UniqueAlive("code"),
            constraints.UniqueAlive("shop", "slot"),
            constraints.UniqueAlive("worth", condition=Q(live=True), name="worth_of_live_coupons"),
            constraints.UniqueAlive(Lower("email"), condition=~Q(email=""), name="email_of_coupons"),
        ]


class Booking(patterns.SoftDeleteModel):
    room = models.IntegerField()
    during = DateRangeField()

    class Meta:
        constraints = [
            constraints.ExcludeAlive(
                name="no_double_booking",
                expressions=[("room", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            )
        ]


class Login(patterns.SoftDeleteModel):
    """Unique among all rows, deleted ones too."""

    name = models.CharField(max_length=20, unique=True)


# With the plain manager count() and exists() would ask the table of the links alone, deleted rows included.
JoiningManager = models.Manager.from_queryset(models.QuerySet)


class Tag(models.Model):
    name = models.CharField(max_length=20)

    objects = JoiningManager()


class Page(models.Model):
    tags: models.ManyToManyField[Tag, Any] = models.ManyToManyField(
        Tag, through="Tagging", related_name="pages"
    )

    objects = JoiningManager()


class Tagging(patterns.SoftDeleteModel):
    page = fields.AliveForeignKey(Page, models.CASCADE)
    tag = fields.AliveForeignKey(Tag, models.CASCADE)

    class Meta:
        constraints = [constraints.UniqueAlive("page", "tag")]


class Depot(patterns.SoftDeleteModel):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    code = models.CharField(max_length=20, unique=True)


class Shelf(patterns.SoftDeleteModel):
    """A key of two columns; points at a depot by another column than its key."""

    pk = models.CompositePrimaryKey("depot_id", "number")
    depot = models.ForeignKey(Depot, models.CASCADE, to_field="code")
    number = models.IntegerField()


class Vehicle(patterns.SoftDeleteModel):
    garage = models.ForeignKey(Shop, models.CASCADE, null=True)


class Car(Vehicle):
    """A row of two tables; the marks are in the other one."""

    owner = models.ForeignKey(Supplier, models.CASCADE, null=True)


class SportsCar(Car):
    horsepower = models.IntegerField(default=300)


class Wheel(patterns.SoftDeleteModel):
    car = models.ForeignKey(Car, models.CASCADE, related_name="wheels")


class Fleet(Vehicle):
    class Meta:
        proxy = True


class Odd(patterns.SoftDeleteModel):
    """Names that need quotes."""

    select = models.ForeignKey("self", models.CASCADE, null=True, db_column="Up there")

    class Meta:
        db_table = "Ödd tabel it's"


class Ledger(patterns.SoftDeleteModel):
    class SoftDelete:
        on_delete = "forbid"


class Scratch(patterns.SoftDeleteModel):
    class SoftDelete:
        on_delete = "allow"


class Parcel(models.Model):
    """Not soft-deleted; the database deletes its labels along with it."""


class Sticker(patterns.SoftDeleteModel):
    parcel = models.ForeignKey(Parcel, models.CASCADE, db_constraint=False)

    class Meta:
        constraints = [DatabaseForeignKey(field="parcel", on_delete="CASCADE", name="stickers_parcel_fk")]
