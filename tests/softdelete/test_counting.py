"""How many statements it takes, whatever the number of rows; and what signals tell."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.models import signals as django_signals
from django.test.utils import CaptureQueriesContext

from django_schemapatterns.softdelete import signals
from tests.softdelete.app.models import Brand, Node, Product, Scratch, Shop, Variant
from tests.softdelete.tools import alive

pytestmark = pytest.mark.django_db
ALL = ["pre_soft_delete", "post_soft_delete", "pre_restore", "post_restore"]


def shop_with(products: int) -> Shop:
    shop = Shop.objects.create()
    made = Product.objects.bulk_create([Product(shop=shop) for _ in range(products)])
    Variant.objects.bulk_create([Variant(product=product) for product in made])
    return shop


def statements(action: Any) -> int:
    with CaptureQueriesContext(
        connection,
    ) as queries:
        action()
    return len([query for query in queries if "SAVEPOINT" not in query["sql"]])


@pytest.mark.parametrize("number", [1, 1000])
def test_the_number_of_statements_does_not_depend_on_that_of_rows(number: int) -> None:
    shop, whole = shop_with(number), (2 * number + 1)

    assert statements(shop.delete) == 1
    assert not Variant.objects.exists()
    assert statements(shop.restore) == 1
    assert Variant.objects.count() == number
    assert statements(shop.deletion_preview) == 1
    assert statements(lambda: Shop.objects.all().delete()) == 1
    assert statements(lambda: Shop.deleted_objects.all().restore()) == 1
    assert statements(lambda: Product.objects.all().delete()) == 1
    assert shop.delete()[0] == 1
    assert whole == Product.all_objects.count() + Variant.all_objects.count() + 1


def test_a_row_that_nothing_depends_on_takes_one_statement_alone() -> None:
    Scratch.objects.create()

    assert statements(lambda: Scratch.objects.all().delete()) == 1


def test_a_save_leaves_the_marks_out() -> None:
    brand = Brand.objects.create()

    with CaptureQueriesContext(connection) as queries:
        brand.save()
        brand.save(update_fields=["name", "deleted_at"])

    assert all("deleted_at" not in query["sql"].partition("RETURNING")[0] for query in queries)


def test_nothing_deleted_is_nothing_asked() -> None:
    assert statements(lambda: Shop.objects.all().delete()) == 1


@contextmanager
def heard(sender: Any) -> Iterator[list[tuple[str, dict[str, Any]]]]:
    told: list[tuple[str, dict[str, Any]]] = []
    receivers = {}
    for name in ALL:

        def receive(name: str = name, **kwargs: Any) -> None:
            told.append((name, kwargs))

        receivers[name] = receive
        getattr(signals, name).connect(receive, sender=sender)
    yield told
    for name, receiver in receivers.items():
        getattr(signals, name).disconnect(receiver, sender=sender)


def test_signals_tell_batch_origin_and_counts() -> None:
    brand = Brand.objects.create()

    with heard(Brand) as told:
        brand.delete()
        batch = brand.deletion_id
        brand.restore()
        rows = Brand.objects.all()
        rows.delete()

    assert [name for name, _ in told] == [*ALL, *ALL[:2]]
    counts = (1, {"softtests.Brand": 1})
    assert [kwargs["origin"] for _, kwargs in told[:4]] == [brand] * 4
    assert [kwargs.get("deletion_id") for _, kwargs in told[:2]] == [batch, batch]
    assert [kwargs.get("deletion_ids") for _, kwargs in told[2:4]] == [{batch}, {batch}]
    assert [kwargs.get("counts") for _, kwargs in told[:4]] == [None, counts, None, counts]
    assert told[4][1]["origin"] is rows
    assert {kwargs["using"] for _, kwargs in told} == {"default"}


def test_a_preview_sends_no_signals() -> None:
    brand = Brand.objects.create()

    with heard(Brand) as told:
        brand.deletion_preview()

    assert told == []


def test_a_receiver_that_fails_takes_the_delete_back() -> None:
    brand = Brand.objects.create()

    def refuse(**kwargs: Any) -> None:
        raise IntegrityError("not today")

    signals.post_soft_delete.connect(refuse, sender=Brand)
    try:
        with pytest.raises(IntegrityError, match="not today"):
            brand.delete()
    finally:
        signals.post_soft_delete.disconnect(refuse, sender=Brand)

    assert alive(brand) == [True]


def test_djangos_own_signals_are_of_hard_deletes_only() -> None:
    told: list[Any] = []

    def receive(instance: Any, **kwargs: Any) -> None:
        told.append(instance.pk)

    brand = Brand.objects.create()
    key = brand.pk
    django_signals.post_delete.connect(receive, sender=Brand)
    try:
        brand.delete()
        assert told == []
        brand.hard_delete()
        assert told == [key]
    finally:
        django_signals.post_delete.disconnect(receive, sender=Brand)


def test_a_tree_is_counted_once() -> None:
    root = Node.objects.create()
    Node.objects.bulk_create([Node(parent=root) for _ in range(5)])

    assert root.delete() == (6, {"softtests.Node": 6})
    assert Node.deleted_objects.all().restore() == (6, {"softtests.Node": 6})
