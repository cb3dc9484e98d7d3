"""Who is measured, and how each is asked to delete, to restore and to list."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection, models, transaction
from django.db.models.functions import Now

from benchmarks.softdelete.models import (
    HandProduct,
    HandVariant,
    OurProduct,
    OurVariant,
    PlainProduct,
    PlainVariant,
    SafeProduct,
    SafeVariant,
    SoftProduct,
    SoftVariant,
)

Rows = models.QuerySet[Any]


@dataclass(frozen=True)
class Contender:
    """
    One way to delete softly.

    mark: the column that is NULL while a row is alive.
    delete, restore: of a queryset of products.  one: of an instance.  raw: of a product by its key, in SQL.
    row_by_row: it works through the rows one after the other, in Python.
    """

    name: str
    product: Any
    variant: Any
    mark: str | None
    delete: Callable[[Rows], object]
    one: Callable[[Any], object]
    restore: Callable[[Any], object] | None = None
    raw: Callable[[int], object] | None = None
    row_by_row: bool = False

    @property
    def tables(self) -> tuple[str, str]:
        return self.product._meta.db_table, self.variant._meta.db_table


def execute(*statements: tuple[str, list[Any]]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for sql, params in statements:
            cursor.execute(sql, params)


def delete_plainly(key: int) -> None:
    execute(
        ("DELETE FROM trash_plainvariant WHERE product_id = %s", [key]),
        ("DELETE FROM trash_plainproduct WHERE id = %s", [key]),
    )


def delete_by_hand(products: Rows) -> None:
    keys = list(products.values_list("pk", flat=True))
    batch = uuid.uuid4()
    execute(
        (
            (
                "UPDATE trash_handproduct SET deleted_at = now(), deletion_id = %s "
                "WHERE id = ANY (%s) AND deleted_at IS NULL"
            ),
            [batch, keys],
        ),
        (
            (
                "UPDATE trash_handvariant SET deleted_at = now(), deletion_id = %s "
                "WHERE product_id = ANY (%s) AND deleted_at IS NULL"
            ),
            [batch, keys],
        ),
    )


def delete_one_by_hand(product: Any) -> None:
    """The one plain UPDATE, of a row alone, that a single soft delete is compared with."""
    HandProduct.objects.filter(pk=product.pk).update(deleted_at=Now(), deletion_id=uuid.uuid4())


def delete_key_by_hand(key: int) -> None:
    delete_by_hand(HandProduct.objects.filter(pk=key))


def restore_by_hand(product: Any) -> None:
    batch = HandProduct.objects.values_list("deletion_id", flat=True).get(pk=product.pk)
    back = "SET deleted_at = NULL, deletion_id = NULL WHERE deletion_id = %s"
    execute(
        (f"UPDATE trash_handproduct {back} AND id = %s", [batch, product.pk]),
        (f"UPDATE trash_handvariant {back} AND product_id = %s", [batch, product.pk]),
    )


CONTENDERS = [
    Contender(
        "by hand",
        HandProduct,
        HandVariant,
        "deleted_at",
        delete_by_hand,
        delete_one_by_hand,
        restore_by_hand,
        delete_key_by_hand,
    ),
    Contender(
        "plain delete",
        PlainProduct,
        PlainVariant,
        None,
        lambda products: products.delete(),
        lambda product: product.delete(),
        raw=delete_plainly,
    ),
    Contender(
        "ours",
        OurProduct,
        OurVariant,
        "deleted_at",
        lambda products: products.delete(),
        lambda product: product.delete(),
        lambda product: product.restore(),
        lambda key: execute(("DELETE FROM trash_ourproduct WHERE id = %s", [key])),
    ),
    Contender(
        "safedelete",
        SafeProduct,
        SafeVariant,
        "deleted",
        lambda products: products.delete(),
        lambda product: product.delete(),
        lambda product: product.undelete(),
        row_by_row=True,
    ),
    Contender(
        "softdelete",
        SoftProduct,
        SoftVariant,
        "deleted_at",
        lambda products: products.delete(),
        lambda product: product.delete(),
        lambda product: product.undelete(),
        row_by_row=True,
    ),
]
BASE = CONTENDERS[0]
