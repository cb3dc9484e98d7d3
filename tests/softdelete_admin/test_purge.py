from __future__ import annotations

import io
import json
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from django_schemapatterns.softdelete import purge
from django_schemapatterns.softdelete.purge import Purge, children_first
from example_project.accounts.models import User, UserProfile, UserRole
from example_project.shop.models import Product, ProductPromotion, ProductVariant
from tests.example.making import make_item, make_order, make_product, make_user
from tests.softdelete_admin.desk import make_product_with_variants

pytestmark = pytest.mark.django_db
SHOP = [
    "shop.Product",
    "shop.ProductVariant",
    "shop.ProductPromotion",
    "accounts.User",
    "accounts.UserProfile",
]


def run(**options: Any) -> str:
    out = io.StringIO()
    call_command("purge_deleted", **{"model": SHOP, **options}, stdout=out, stderr=out)
    return out.getvalue()


def report(**options: Any) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(run(format="json", **options))
    return answer


def deleted(product: Any, days: int = 100) -> Any:
    """Delete a row, so many days ago."""
    product.delete()
    moment = timezone.now() - timedelta(days=days)
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        for model in (Product, ProductVariant, ProductPromotion, User, UserProfile):
            model.all_objects.filter(deletion_id=product.deletion_id).update(deleted_at=moment)
        cursor.execute("RESET session_replication_role")
    return product


def test_old_rows_go_and_young_and_alive_ones_stay() -> None:
    alive, young = make_product_with_variants("S"), deleted(make_product(), days=89)
    deleted(make_product_with_variants("S", "M"), days=91)

    told = run(older_than="90d")

    assert set(Product.all_objects.all()) == {alive, young}
    assert ProductVariant.all_objects.count() == 1
    assert "Purged 2 of shop.ProductVariant" in told
    assert "Purged 1 of shop.Product\n" in told


def test_dry_run_tells_and_changes_nothing() -> None:
    deleted(make_product_with_variants("S", "M"))
    deleted(make_item().product)

    answer = report(older_than="90d", dry_run=True)

    assert answer == {
        "plan": [
            {"model": "shop.ProductVariant", "purge": 2, "kept": 0, "needed_by": {}},
            {"model": "shop.Product", "purge": 1, "kept": 1, "needed_by": {"shop.OrderItem.product": 1}},
        ],
        "outcome": None,
    }
    assert Product.all_objects.count() == 2


def test_what_others_need_stays_with_what_it_needs_itself() -> None:
    sold = make_product_with_variants("S", "M")
    item = make_item()
    item.product_variant = sold.variants.get(name="S")
    item.save()
    deleted(sold)

    told = run(older_than="90d")

    assert [each.name for each in ProductVariant.all_objects.all()] == ["S"]
    assert sold in Product.deleted_objects.all()
    assert "1 stay: shop.OrderItem.product_variant still needs them" in told
    assert "1 stay: shop.ProductVariant.product still needs them" in told


def test_users_go_with_profiles_and_roles_unless_they_ordered() -> None:
    from example_project.accounts.models import Role

    gone, customer = make_user(), make_order().user
    UserProfile.objects.create(user=gone)
    UserRole.objects.create(user=gone, role=Role.objects.create(name="Support"))
    deleted(gone)
    deleted(customer)

    run(older_than="90d")

    assert set(User.all_objects.all()) == {customer}
    assert not UserProfile.all_objects.exists()
    assert not UserRole.objects.exists()


def test_one_batch() -> None:
    first, second = make_product(), make_product()
    first.delete()
    second.delete()

    run(batch=str(first.deletion_id))

    assert Product.all_objects.get() == second


def test_one_model() -> None:
    deleted(make_product_with_variants("S"))

    run(older_than="1d", model=["shop.productvariant"])

    assert Product.all_objects.count() == 1
    assert not ProductVariant.all_objects.exists()


def test_limit_leaves_the_youngest_and_says_so() -> None:
    for days in (93, 95, 91, 94):
        deleted(make_product(name=str(days)), days=days)

    with pytest.raises(CommandError, match="Not everything") as error:
        run(older_than="90d", limit=3)

    assert error.value.returncode == 1
    assert Product.all_objects.get().name == "91"
    run(older_than="90d", limit=3)
    assert not Product.all_objects.exists()


def test_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "CHUNK", 2)
    for _ in range(5):
        deleted(make_product())
    chunks: list[int] = []

    outcome = Purge(models=[Product], before=timezone.now()).run(lambda model, rows: chunks.append(rows))

    assert chunks == [2, 2, 1, 0]
    assert outcome.purged["shop.Product"] == 5
    assert outcome.complete


def test_refusal_that_nobody_foresaw_stops_one_row_only() -> None:
    rows = [deleted(make_product()) for _ in range(7)]
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE shelf (product_id bigint REFERENCES products)")
        cursor.execute("INSERT INTO shelf VALUES (%s)", [rows[3].pk])

    out = io.StringIO()
    with pytest.raises(CommandError):
        call_command("purge_deleted", older_than="90d", model=["shop.Product"], stdout=out, stderr=out)

    assert Product.all_objects.get() == rows[3]
    assert f"shop.Product {rows[3].pk} stays:" in out.getvalue()
    assert "Purged 6 of shop.Product" in out.getvalue()


def test_signals_are_sent() -> None:
    from django.db.models.signals import post_delete

    told: list[Any] = []

    def listen(instance: Product, **kwargs: Any) -> None:
        told.append(instance.sku)

    product = deleted(make_product())
    post_delete.connect(listen, sender=Product)
    try:
        run(older_than="1d")
    finally:
        post_delete.disconnect(listen, sender=Product)
    assert told == [product.sku]


def test_nothing_to_do() -> None:
    assert run(older_than="90d") == "Nothing to purge.\n"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "Say which rows"),
        ({"older_than": "soon"}, "36h, 90d, 12w"),
        ({"older_than": "99999999999d"}, "nothing is that old"),
        ({"batch": "x"}, "a UUID"),
        ({"older_than": "1d", "limit": 0}, "1 or more"),
        ({"older_than": "1d", "model": ["shop.Prodct"]}, r"Did you mean shop\.Product"),
        ({"older_than": "1d", "model": ["shop.Order"]}, "no soft-delete model"),
    ],
)
def test_bad_input(options: dict[str, Any], message: str) -> None:
    with pytest.raises(CommandError, match=message):
        run(**options)


def test_unknown_batch_is_nothing() -> None:
    assert run(batch=str(uuid.uuid4())) == "Nothing to purge.\n"


def test_children_come_before_parents() -> None:
    order = children_first()

    assert order.index(ProductVariant) < order.index(Product) < order.index(User)
    assert len(order) == len(set(order))


@pytest.mark.django_db(transaction=True)
def test_what_is_done_is_kept_when_it_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(purge, "CHUNK", 1)
    for _ in range(3):
        make_product().delete()

    def stop(model: Any, rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Purge(models=[Product], before=timezone.now()).run(stop)

    assert Product.all_objects.count() == 2
    assert not transaction.get_connection().in_atomic_block
    Purge(models=[Product], before=timezone.now()).run()
    assert not Product.all_objects.exists()
