"""What is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from benchmarks.softdelete.contenders import Contender

COMMITS = 500
LISTS = 20
NEWEST = 50


def everybody(contender: Contender) -> bool:
    return True


def set_based(contender: Contender) -> bool:
    return not contender.row_by_row


def restores(contender: Contender) -> bool:
    return contender.restore is not None


def raw(contender: Contender) -> bool:
    return contender.raw is not None


def all_of(contender: Contender) -> Any:
    return contender.product._base_manager.order_by("pk")


def one(contender: Contender) -> Any:
    return all_of(contender)[0]


def some(contender: Contender) -> list[Any]:
    return list(all_of(contender)[:COMMITS])


def nothing(contender: Contender) -> None:
    return None


def deleted_one(contender: Contender) -> Any:
    product = one(contender)
    contender.delete(contender.product.objects.filter(id=product.id))
    product.refresh_from_db()
    return product


@dataclass(frozen=True)
class Operation:
    """
    One thing to measure.

    products, variants: how many products, and variants of each; deleted: the part of them that is deleted.
    before: what is done first, unmeasured; run gets its result.  parts: how often `run` does it.
    """

    name: str
    run: Callable[[Contender, Any], object]
    before: Callable[[Contender], Any] = nothing
    contenders: Callable[[Contender], bool] = everybody
    products: int = 10
    variants: int = 10_000
    deleted: bool = False
    parts: int = 1


def delete_one(contender: Contender, product: Any) -> None:
    contender.delete(contender.product.objects.filter(id=product.id))


def delete_raw(contender: Contender, product: Any) -> None:
    assert contender.raw is not None
    contender.raw(product.pk)


def delete_all(contender: Contender, _: Any) -> None:
    contender.delete(contender.product.objects.all())


def restore(contender: Contender, product: Any) -> None:
    assert contender.restore is not None
    contender.restore(product)


def delete_each(contender: Contender, products: list[Any]) -> None:
    for product in products:
        contender.one(product)


def list_newest(contender: Contender, _: Any) -> None:
    alive = {f"{contender.mark}__isnull": True} if contender.mark else {}
    for _number in range(LISTS):
        list(contender.product._base_manager.filter(**alive).order_by("-created_at")[:NEWEST])


OPERATIONS = [
    Operation("delete one of 10 with its 10000 variants", delete_one, one),
    Operation("raw DELETE of it", delete_raw, one, contenders=raw),
    Operation("restore it", restore, deleted_one, contenders=restores),
    Operation(
        "delete 1000 with 100 variants each", delete_all, contenders=set_based, products=1000, variants=100
    ),
    Operation("single committed delete", delete_each, some, products=1000, variants=0, parts=COMMITS),
    Operation(
        "newest 50 alive of 1000000",
        list_newest,
        products=1_000_000,
        variants=0,
        deleted=True,
        parts=LISTS,
    ),
]
