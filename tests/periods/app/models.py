"""Owners of every shape, and the versions of their columns."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

import uuid

from django.db import models

from django_schemapatterns import models as patterns
from django_schemapatterns.periods import PeriodOwnerQuerySet
from django_schemapatterns.softdelete.querysets import SoftDeleteManager, SoftDeleteQuerySet


class ProductQuerySet(PeriodOwnerQuerySet["Product"]):
    pass


class Product(patterns.AuditedModel):
    name = models.CharField(max_length=50, default="product")
    price = models.DecimalField(max_digits=10, decimal_places=2, default=1)
    compare_price = models.DecimalField(max_digits=10, decimal_places=2, null=True)

    objects = ProductQuerySet.as_manager()


class ProductPrice(patterns.PeriodModel):
    """The three lines."""

    product = models.ForeignKey(Product, models.CASCADE, related_name="prices")
    price = models.DecimalField(max_digits=10, decimal_places=2)
    compare_price = models.DecimalField(max_digits=10, decimal_places=2, null=True)

    class Period:
        tracks = {"product": ["price", "compare_price"]}
        functions = {"price": "test_price"}  # the shop has a current_price


class ArticleQuerySet(  # type: ignore[override]
    PeriodOwnerQuerySet["Article"], SoftDeleteQuerySet["Article"]
):
    pass


class Article(patterns.SoftDeleteModel):
    """Soft-deleted, its versions with it."""

    price = models.DecimalField(max_digits=10, decimal_places=2, default=1)

    objects = SoftDeleteManager.from_queryset(ArticleQuerySet)()  # type: ignore[misc]


class ArticlePrice(patterns.PeriodModel):
    article = models.ForeignKey(Article, models.CASCADE, related_name="prices")
    price = models.DecimalField(max_digits=10, decimal_places=2)

    class Period:
        tracks = {"article": ["price"]}
        until = "deleted_at"
        functions = {"price": "current_article_price"}


class Tariff(models.Model):
    """Known by a uuid; of its versions the ends stay, and of several steps the last."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    rate = models.IntegerField(default=1)


class TariffRate(patterns.PeriodModel):
    tariff = models.ForeignKey(
        Tariff, models.DO_NOTHING, related_name="rates", db_constraint=False, db_column="tariff key"
    )
    rate = models.IntegerField(db_column="Rate then")

    class Period:
        tracks = {"tariff": ["rate"]}
        on_delete = "end"
        steps = "last"


class Seat(models.Model):
    """A composite key, and a name that is unique."""

    pk = models.CompositePrimaryKey("row", "number")
    row = models.IntegerField()
    number = models.IntegerField()
    code = models.CharField(max_length=10, unique=True)
    fee = models.IntegerField(default=1, db_column="The fee")

    class Meta:
        db_table = "Seats of the house"


class SeatFee(patterns.PeriodModel):
    seat = models.ForeignKey(Seat, models.CASCADE, related_name="fees", to_field="code")
    fee = models.IntegerField()

    class Meta:
        db_table = "Fees of seats"

    class Period:
        tracks = {"seat": ["fee"]}


class Machine(models.Model):
    weight = models.IntegerField(default=1)


class Robot(Machine):
    power = models.IntegerField(default=1)


class MachineWeight(patterns.PeriodModel):
    machine = models.ForeignKey(Machine, models.CASCADE, related_name="weights")
    weight = models.IntegerField()

    class Period:
        tracks = {"machine": ["weight"]}


class RobotPower(patterns.PeriodModel):
    robot = models.ForeignKey(Robot, models.CASCADE, related_name="powers")
    power = models.IntegerField()

    class Period:
        tracks = {"robot": ["power"]}
        foreign_key = True


class Part(models.Model):
    price = models.IntegerField(default=1)


class PartPrice(patterns.PeriodModel):
    created_by = models.BigIntegerField(null=True, editable=False)  # type: ignore[assignment]
    part = models.ForeignKey(Part, models.CASCADE, related_name="prices")
    price = models.IntegerField()

    class Period:
        tracks = {"part": ["price"]}
        functions: dict[str, str] = {}


class Gem(models.Model):
    price = models.IntegerField(default=1)


class GemPrice(patterns.BitemporalModel):
    gem = models.ForeignKey(Gem, models.CASCADE, related_name="prices")
    price = models.IntegerField()

    class Period:
        tracks = {"gem": ["price"]}
        functions = {"price": "current_gem_price"}


class Coin(models.Model):
    value = models.IntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)


class CoinValue(patterns.BitemporalModel):
    """Its versions outlive the coin, and know the last of several steps."""

    id = models.UUIDField(
        primary_key=True, default=uuid.uuid4, db_default=models.Func(function="gen_random_uuid")
    )
    coin = models.ForeignKey(Coin, models.DO_NOTHING, related_name="values")
    value = models.IntegerField()

    class Period:
        tracks = {"coin": ["value"]}
        until = "deleted_at"
        on_delete = "end"
        steps = "last"
