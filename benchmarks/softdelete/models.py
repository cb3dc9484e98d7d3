"""The same product with its variants once for each contender."""

# mypy: disable-error-code="misc"
# The peers have no types.

from __future__ import annotations

from django.db import models
from django.db.models import Q
from safedelete import SOFT_DELETE_CASCADE
from safedelete.models import SafeDeleteModel
from softdelete.models import SoftDeleteObject

from django_schemapatterns.models import SoftDeleteModel

ALIVE = Q(deleted_at__isnull=True)


class Article(models.Model):
    """Some 330 bytes a row."""

    name = models.CharField(max_length=255)
    sku = models.CharField(max_length=100)
    description = models.TextField()
    price = models.DecimalField(max_digits=12, decimal_places=2)
    created_at = models.DateTimeField()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.sku


class PlainProduct(Article):
    class Meta(Article.Meta):
        abstract = False
        indexes = [models.Index(fields=["-created_at"], name="plain_newest")]


class PlainVariant(Article):
    product = models.ForeignKey(PlainProduct, models.CASCADE, related_name="variants")


class OurProduct(SoftDeleteModel, Article):
    class Meta:
        indexes = [models.Index(fields=["-created_at"], condition=ALIVE, name="our_newest")]


class OurVariant(SoftDeleteModel, Article):
    product = models.ForeignKey(OurProduct, models.CASCADE, related_name="variants")


class Marked(Article):
    """The columns of a soft delete, and nothing that knows of them."""

    deleted_at = models.DateTimeField(null=True)
    deletion_id = models.UUIDField(null=True)

    class Meta:
        abstract = True


class HandProduct(Marked):
    class Meta(Marked.Meta):
        abstract = False
        indexes = [models.Index(fields=["-created_at"], condition=ALIVE, name="hand_newest")]


class HandVariant(Marked):
    product = models.ForeignKey(HandProduct, models.CASCADE, related_name="variants")


class SafeProduct(SafeDeleteModel, Article):
    _safedelete_policy = SOFT_DELETE_CASCADE

    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="safe_newest")]


class SafeVariant(SafeDeleteModel, Article):
    _safedelete_policy = SOFT_DELETE_CASCADE
    product = models.ForeignKey(SafeProduct, models.CASCADE, related_name="variants")


class SoftProduct(SoftDeleteObject, Article):
    class Meta:
        indexes = [models.Index(fields=["-created_at"], name="soft_newest")]


class SoftVariant(SoftDeleteObject, Article):
    product = models.ForeignKey(SoftProduct, models.CASCADE, related_name="variants")
