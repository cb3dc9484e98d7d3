"""What goes along with a deleted row, and what comes back with it."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.db.models import ProtectedError, RestrictedError

from django_schemapatterns.exceptions import NotDeleted, ParentDeleted
from tests.softdelete.app.models import (
    Bottom,
    Brand,
    Contract,
    Edge,
    Left,
    Node,
    Note,
    Offer,
    Product,
    Review,
    Right,
    Shop,
    Side,
    Supplier,
    Top,
    Variant,
)
from tests.softdelete.tools import alive, batches, execute, exists, refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop.objects.create()


@pytest.fixture
def supplier() -> Supplier:
    return Supplier.objects.create()


@pytest.fixture
def product(shop: Shop, supplier: Supplier) -> Product:
    return Product.objects.create(shop=shop, supplier=supplier)


@pytest.fixture
def variant(product: Product) -> Variant:
    return Variant.objects.create(product=product)


def test_a_delete_takes_along_what_depends_on_it_in_one_batch(
    shop: Shop, product: Product, variant: Variant
) -> None:
    other = Product.objects.create(shop=Shop.objects.create())

    result = shop.delete()

    assert result == (3, {"softtests.Shop": 1, "softtests.Product": 1, "softtests.Variant": 1})
    assert alive(shop, product, variant, other) == [False, False, False, True]
    assert batches(shop, product, variant) == {shop.deletion_id}
    assert shop.is_deleted
    assert shop.pk is not None


def test_a_restore_brings_back_exactly_that(shop: Shop, product: Product, variant: Variant) -> None:
    earlier = Variant.objects.create(product=product)
    earlier.delete()
    shop.delete()

    result = shop.restore()

    assert result == (3, {"softtests.Shop": 1, "softtests.Product": 1, "softtests.Variant": 1})
    assert alive(shop, product, variant, earlier) == [True, True, True, False]
    assert (shop.deleted_at, shop.deletion_id, shop.is_deleted) == (None, None, False)


def test_what_was_deleted_within_the_same_transaction_is_told_apart(product: Product) -> None:
    variants = [Variant.objects.create(product=product) for _ in range(3)]
    with transaction.atomic():
        variants[0].delete()
        variants[1].delete()
        product.delete()

    product.restore()

    assert alive(*variants) == [False, False, True]


def test_a_second_delete_changes_nothing(product: Product) -> None:
    product.delete()
    before = (product.deleted_at, product.deletion_id)

    assert product.delete() == (0, {})
    product.refresh_from_db()
    assert (product.deleted_at, product.deletion_id) == before


def test_what_is_not_deleted_can_not_be_restored(product: Product) -> None:
    with pytest.raises(NotDeleted, match=f"Product {product.pk} is not deleted"):
        product.restore()

    assert Product.objects.all().restore() == (0, {})


def test_a_row_of_two_deleted_parents_comes_back_with_the_last_of_them(
    shop: Shop, supplier: Supplier, product: Product, variant: Variant
) -> None:
    for first, second in ((shop, supplier), (supplier, shop)):
        shop.delete()
        supplier.delete()

        first.restore()
        assert alive(first, product, variant) == [True, False, False]
        second.restore()
        assert alive(second, product, variant) == [True, True, True]


def test_what_is_handed_over_is_not_lost_when_the_other_parent_is_deleted_again(
    shop: Shop, supplier: Supplier, product: Product, variant: Variant
) -> None:
    shop.delete()
    supplier.delete()
    shop.restore()
    assert batches(product, variant, supplier) == {supplier.deletion_id}
    shop.delete()

    supplier.restore()
    assert alive(product, variant) == [False, False]
    shop.restore()

    assert alive(product, variant) == [True, True]


def test_a_row_can_not_be_restored_under_a_deleted_parent(
    shop: Shop, product: Product, variant: Variant
) -> None:
    shop.delete()

    with pytest.raises(ParentDeleted, match=r"softtests_variant.*softtests_product"):
        variant.restore()
    with pytest.raises(ParentDeleted), transaction.atomic():
        Variant.deleted_objects.all().restore()

    assert alive(shop, product, variant) == [False, False, False]


def test_a_restore_can_take_the_parents_along(shop: Shop, product: Product, variant: Variant) -> None:
    variant.delete()
    shop.delete()

    result = variant.restore(with_parents=True)

    assert result == (3, {"softtests.Shop": 1, "softtests.Product": 1, "softtests.Variant": 1})
    assert alive(shop, product, variant) == [True, True, True]
    assert not variant.is_deleted


def test_a_restore_with_parents_goes_around_a_circle_once() -> None:
    left = Left.objects.create()
    right = Right.objects.create(left=left)
    Left.objects.update(right=right)
    left.delete()

    right.refresh_from_db()
    assert right.restore(with_parents=True)[0] == 2
    assert alive(left, right) == [True, True]


def test_a_tree_and_its_earlier_deleted_branch() -> None:
    root = Node.objects.create()
    first, second = Node.objects.create(parent=root), Node.objects.create(parent=root)
    leaves = [Node.objects.create(parent=first) for _ in range(2)]
    first.delete()

    assert root.delete() == (2, {"softtests.Node": 2})
    assert root.restore() == (2, {"softtests.Node": 2})
    assert alive(root, first, second, *leaves) == [True, False, True, False, False]
    assert first.restore() == (3, {"softtests.Node": 3})


def test_a_circle_of_two_tables() -> None:
    left = Left.objects.create()
    right = Right.objects.create(left=left)
    Left.objects.update(right=right)

    assert left.delete() == (2, {"softtests.Left": 1, "softtests.Right": 1})
    assert alive(left, right) == [False, False]
    assert left.restore() == (2, {"softtests.Left": 1, "softtests.Right": 1})
    assert alive(left, right) == [True, True]


def test_a_row_that_is_its_own_parent() -> None:
    node = Node.objects.create()
    Node.objects.update(parent=node)

    assert node.delete() == (1, {"softtests.Node": 1})
    assert node.restore() == (1, {"softtests.Node": 1})


def test_protect_counts_the_alive_only(product: Product, variant: Variant) -> None:
    offer = Offer.objects.create(variant=variant)

    for row in (variant, product):
        with pytest.raises(ProtectedError) as caught:
            row.delete()
        assert caught.value.protected_objects == {offer}
        assert alive(product, variant) == [True, True]

    offer.delete()
    assert product.delete()[0] == 2


def test_rows_that_are_not_soft_deleted_protect_too(supplier: Supplier, product: Product) -> None:
    contract = Contract.objects.create(supplier=supplier)

    with pytest.raises(ProtectedError) as caught:
        Supplier.objects.all().delete()

    assert caught.value.protected_objects == {contract}
    assert alive(supplier, product) == [True, True]


def test_restrict_lets_go_what_goes_with_the_same_batch() -> None:
    top = Top.objects.create()
    side = Side.objects.create(top=top)
    bottom = Bottom.objects.create(top=top, side=side)

    with pytest.raises(RestrictedError) as caught:
        side.delete()
    assert caught.value.restricted_objects == {bottom}
    assert alive(top, side, bottom) == [True, True, True]

    assert top.delete()[0] == 3
    assert top.restore()[0] == 3


def test_restrict_speaks_in_the_statement_of_raw_sql_at_the_commit() -> None:
    top = Top.objects.create()
    side = Side.objects.create(top=top)
    Bottom.objects.create(top=top, side=side)

    with refused("23001", match="can not be deleted while rows of softtests_bottom point at it"):
        execute("DELETE FROM softtests_side")
        execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_other_rules_keep_the_link_and_the_row(shop: Shop) -> None:
    brand = Brand.objects.create()
    product = Product.objects.create(brand=brand, keeper=brand)

    assert brand.delete() == (1, {"softtests.Brand": 1})

    product.refresh_from_db()
    assert (product.is_deleted, product.brand_id, product.keeper_id) == (False, brand.pk, brand.pk)
    assert product.delete()[0] == 1
    assert product.restore()[0] == 1
    product.save()
    assert product.brand is not None
    assert product.brand.is_deleted


def test_rows_that_are_not_soft_deleted_stay(product: Product) -> None:
    review, note = Review.objects.create(product=product), Note.objects.create(target=product)

    assert product.delete() == (1, {"softtests.Product": 1})

    assert exists(review)
    assert exists(note)
    assert note.target is not None
    assert note.target.is_deleted


def test_an_alive_row_can_not_be_made_to_point_at_a_deleted_one(shop: Shop, product: Product) -> None:
    gone = Shop.objects.create()
    gone.delete()
    brand = Brand.objects.create()
    brand.delete()
    attempts: list[Any] = [
        lambda: Product.objects.create(shop=gone),
        lambda: Product.objects.bulk_create([Product(), Product(shop=gone)]),
        lambda: Product.objects.filter(pk=product.pk).update(shop=gone),
        lambda: Product.objects.filter(pk=product.pk).update(brand=brand),
        lambda: execute("INSERT INTO softtests_product (shop_id, name) SELECT id, 'x' FROM softtests_shop"),
    ]
    Product.objects.create(shop=None).delete()

    for attempt in attempts:
        with refused("23503", match="can not be alive while the row of softtests_"):
            attempt()

    deleted = Product.deleted_objects.get()
    Product.deleted_objects.update(shop=gone)  # a deleted one may
    assert Product.deleted_objects.get() == deleted


def test_rows_that_are_not_soft_deleted_can_not_point_at_a_deleted_one_either(product: Product) -> None:
    product.delete()

    with refused("23503"):
        Review.objects.create(product=product)


def test_one_statement_may_delete_parents_and_children_at_once(shop: Shop) -> None:
    products = [Product.objects.create(shop=shop) for _ in range(20)]
    Shop.objects.create()

    assert Shop.objects.all().delete() == (22, {"softtests.Shop": 2, "softtests.Product": 20})
    assert Shop.deleted_objects.all().restore() == (22, {"softtests.Shop": 2, "softtests.Product": 20})
    assert all(alive(*products))


def test_a_row_whose_parents_were_deleted_together_comes_back_with_the_last_of_them() -> None:
    start, end = Node.objects.create(), Node.objects.create()
    edge = Edge.objects.create(start=start, end=end)

    for first, second in ((start, end), (end, start)):
        assert Node.objects.all().delete() == (3, {"softtests.Node": 2, "softtests.Edge": 1})
        assert first.restore()[0] == 1
        assert alive(edge) == [False]
        assert second.restore()[0] == 2
        assert alive(edge) == [True]


def test_a_whole_tree_deleted_by_one_statement_is_one_batch() -> None:
    root = Node.objects.create()
    leaf = Node.objects.create(parent=Node.objects.create(parent=root))

    assert Node.objects.all().delete()[0] == 3
    assert len(batches(root, leaf)) == 1
    assert root.restore()[0] == 3
