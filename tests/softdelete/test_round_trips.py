"""Deletes and restores outside of a transaction: in one round trip, in any kind of session, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db import IntegrityError, connection
from django.db.models import RestrictedError
from django.test.utils import CaptureQueriesContext
from psycopg import ClientCursor

from django_schemapatterns.context import acting_as
from django_schemapatterns.exceptions import ParentDeleted, RestoreConflict
from django_schemapatterns.softdelete import signals
from tests.softdelete.app.models import Bottom, Brand, Coupon, Product, Shop, Side, Top, Variant
from tests.softdelete.tools import alive

pytestmark = pytest.mark.django_db(transaction=True)
SESSIONS: list[dict[str, Any]] = [
    {},
    {"server_side_binding": True},
    {"pool": {"min_size": 1, "max_size": 2}},
    {"pool": True, "server_side_binding": True},
    {"prepare_threshold": 0},
]


@pytest.fixture(params=SESSIONS, ids=str)
def options(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """Sessions that bind parameters here or there, alone or from a pool."""

    def renew() -> None:
        connection.close()
        connection.close_pool()  # type: ignore[attr-defined]
        connection.features.__dict__.pop("uses_server_side_binding", None)

    renew()
    kept = connection.settings_dict
    monkeypatch.setitem(kept, "OPTIONS", {**kept["OPTIONS"], **request.param})
    if "pool" in request.param:
        monkeypatch.setitem(kept, "CONN_MAX_AGE", 0)
    yield request.param
    renew()


@pytest.fixture
def shop() -> Shop:
    shop = Shop.objects.create()
    product = Product.objects.create(shop=shop)
    Variant.objects.create(product=product)
    return shop


@contextmanager
def single_trip(options: dict[str, Any]) -> Iterator[None]:
    with CaptureQueriesContext(connection) as queries:
        yield
    assert (len(queries) == 1) is (not options.get("server_side_binding"))
    assert connection.get_autocommit()


def test_rows_and_instance_are_marked_and_counted(options: dict[str, Any], shop: Shop) -> None:
    with single_trip(options):
        assert shop.delete()[0] == 3
    [marks] = Shop.all_objects.values_list("deleted_at", "deletion_id")
    assert (shop.deleted_at, shop.deletion_id) == marks
    assert not Variant.objects.exists()

    with single_trip(options):
        assert shop.restore()[0] == 3
    assert not shop.is_deleted
    assert Variant.objects.exists()


def test_who_and_why_go_along(options: dict[str, Any], shop: Shop) -> None:
    with acting_as(user=7, reason="closing"), single_trip(options):
        shop.delete()

    product = Product.deleted_objects.get()
    assert (product.deleted_by, product.deletion_reason) == ("7", "closing")


def test_what_is_judged_at_the_end_leaves_nothing_half_done(options: dict[str, Any]) -> None:
    side = Side.objects.create(top=Top.objects.create())
    bottom = Bottom.objects.create(top=Top.objects.create(), side=side)

    with pytest.raises(RestrictedError) as caught:
        side.delete()

    assert caught.value.restricted_objects == {bottom}
    assert alive(side, bottom) == [True, True]
    assert not side.is_deleted
    assert bottom.delete()[0] == side.delete()[0] == 1


def test_a_restore_that_is_refused_leaves_nothing_half_done(options: dict[str, Any], shop: Shop) -> None:
    coupon = Coupon.objects.create(code="A", shop=shop)
    shop.delete()
    with pytest.raises(ParentDeleted):
        coupon.restore()
    taker = Coupon.objects.create(code="A")

    with pytest.raises(RestoreConflict) as caught:
        shop.restore()

    assert caught.value.row == taker
    assert alive(shop, coupon, taker) == [False, False, True]
    assert shop.is_deleted


def test_a_receiver_that_fails_takes_it_back(options: dict[str, Any]) -> None:
    brand = Brand.objects.create()

    def refuse(**kwargs: Any) -> None:
        raise IntegrityError("not today")

    for signal in (signals.post_soft_delete, signals.post_restore):
        signal.connect(refuse, sender=Brand)
        try:
            with pytest.raises(IntegrityError, match="not today"):
                brand.restore() if brand.is_deleted else brand.delete()
        finally:
            signal.disconnect(refuse, sender=Brand)
        assert alive(brand) == [not brand.is_deleted]
        brand.delete()
    assert brand.is_deleted


def test_asynchronous_twins_do_the_same(options: dict[str, Any], shop: Shop) -> None:
    async def there_and_back() -> list[int]:
        with acting_as(user=7):
            deleted = (await shop.adelete())[0]
        return [deleted, (await shop.arestore())[0], (await Shop.objects.all().adelete())[0]]

    assert async_to_sync(there_and_back)() == [3, 3, 3]


def test_sessions_are_what_they_say(options: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        here = isinstance(cursor.cursor, ClientCursor)

    assert here is not connection.features.uses_server_side_binding  # type: ignore[attr-defined]
    assert here is not options.get("server_side_binding", False)
