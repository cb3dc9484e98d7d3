"""What the database keeps by itself, whoever writes: raw SQL and foreign keys."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.db.models import ProtectedError

from django_schemapatterns.context import acting_as
from tests.softdelete.app.models import (
    Brand,
    Contract,
    Ledger,
    Parcel,
    Product,
    Review,
    Scratch,
    Shop,
    Sticker,
    Variant,
)
from tests.softdelete.tools import alive, batches, execute, exists, refused, select

pytestmark = pytest.mark.django_db


def test_a_raw_delete_is_a_soft_delete_in_one_batch(product: Product, variant: Variant) -> None:
    other = Product.objects.create()

    assert execute("DELETE FROM softtests_product") == 0

    assert alive(product, variant, other) == [False, False, False]
    assert len(batches(product, variant, other)) == 1
    assert batches(product) != {None}


def test_a_second_raw_delete_destroys_nothing(product: Product) -> None:
    execute("DELETE FROM softtests_product")
    before = batches(product)

    execute("DELETE FROM softtests_product")

    assert batches(product) == before


def test_a_raw_update_of_the_mark_does_the_same(product: Product, variant: Variant) -> None:
    execute("UPDATE softtests_product SET deleted_at = now()")
    assert alive(product, variant) == [False, False]
    assert len(batches(product, variant)) == 1

    execute("UPDATE softtests_product SET deleted_at = NULL")
    assert alive(product, variant) == [True, True]
    assert batches(product, variant) == {None}


def test_the_marks_change_together_or_not_at_all(product: Product) -> None:
    execute("UPDATE softtests_product SET deletion_id = gen_random_uuid()")
    assert batches(product) == {None}

    product.delete()
    execute("UPDATE softtests_product SET deletion_id = NULL")
    execute(
        "UPDATE softtests_product SET deleted_at = now() + interval '1 day', deletion_id = gen_random_uuid()"
    )

    kept = Product.all_objects.get()
    assert (kept.deleted_at, kept.deletion_id) == (product.deleted_at, product.deletion_id)


def test_two_statements_of_one_transaction_are_two_batches() -> None:
    first, second = Brand.objects.create(), Brand.objects.create()

    execute("DELETE FROM softtests_brand WHERE id = %s", first.pk)
    execute("DELETE FROM softtests_brand WHERE id = %s", second.pk)

    assert len(batches(first, second)) == 2


def test_a_savepoint_that_is_rolled_back_leaves_no_trace(product: Product, variant: Variant) -> None:
    with transaction.atomic():
        product.delete()
        transaction.set_rollback(True)
    variant.delete()

    assert alive(product, variant) == [True, False]
    assert product.delete()[0] == 1


def test_an_update_of_something_else_calls_no_function_of_a_row(product: Product) -> None:
    triggers = select(
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'softtests_product'::regclass AND NOT tgisinternal "
        "AND tgname LIKE '%%soft_delete%%' AND tgtype & 16 > 0 AND tgattr = ''::int2vector"
    )
    assert triggers == 0


def test_rows_may_be_not_to_be_deleted() -> None:
    ledger = Ledger.objects.create()

    with refused("23001", match="Rows of public.softtests_ledger are not to be deleted"):
        execute("DELETE FROM softtests_ledger")

    assert ledger.delete()[0] == 1
    assert ledger.hard_delete()[0] == 1


def test_rows_may_be_deleted_for_good_by_a_raw_delete() -> None:
    Scratch.objects.create().delete()
    scratch = Scratch.objects.create()

    assert execute("DELETE FROM softtests_scratch WHERE id = %s", scratch.pk) == 1
    assert Scratch.all_objects.count() == 1


def test_a_cascade_of_the_database_is_refused_and_leaves_nothing_half_done() -> None:
    parcel = Parcel.objects.create()
    stickers = [Sticker.objects.create(parcel=parcel), Sticker.objects.create(parcel=parcel)]
    stickers[0].delete()

    with refused("23001", match="would be deleted along with one that it depends on"):
        execute("DELETE FROM softtests_parcel")

    assert exists(parcel)
    assert alive(*stickers) == [False, True]


def test_a_delete_by_a_trigger_of_your_own_is_a_soft_delete(product: Product) -> None:
    brand = Brand.objects.create()
    execute(
        "CREATE FUNCTION pg_temp.follow() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN DELETE FROM softtests_brand; RETURN NULL; END'"
    )
    execute("CREATE TRIGGER follow AFTER INSERT ON softtests_shop EXECUTE FUNCTION pg_temp.follow()")

    Shop.objects.create()

    assert alive(brand) == [False]


def test_who_and_why_come_from_the_context(product: Product) -> None:
    with acting_as(user=7, reason="complaint"):
        execute("DELETE FROM softtests_product")
    product.refresh_from_db()
    assert (product.deleted_by, product.deletion_reason) == ("7", "complaint")

    product.restore()
    product.refresh_from_db()
    assert (product.deleted_by, product.deletion_reason) == (None, None)

    with acting_as(user=8):
        assert product.shop is not None
        product.shop.delete()
    product.refresh_from_db()
    assert (product.deleted_by, product.deletion_reason) == ("8", None)


def test_hard_delete_takes_what_depends_alive_or_deleted(product: Product, variant: Variant) -> None:
    Variant.objects.create(product=product).delete()
    Review.objects.create(product=product)

    result = product.hard_delete()

    assert result == (4, {"softtests.Variant": 2, "softtests.Review": 1, "softtests.Product": 1})
    assert not Variant.all_objects.exists()
    execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_hard_delete_closes_the_door_behind_it(product: Product, variant: Variant) -> None:
    brand = Brand.objects.create()
    variant.hard_delete()

    execute("DELETE FROM softtests_brand")

    assert exists(brand)


def test_hard_delete_honours_protect(product: Product) -> None:
    assert product.supplier is not None
    contract = Contract.objects.create(supplier=product.supplier)

    with pytest.raises(ProtectedError) as caught:
        product.supplier.hard_delete()

    assert caught.value.protected_objects == {contract}
    assert exists(product)
