"""What the database keeps by itself, whoever writes: raw SQL, foreign keys, and the functions to call."""

from __future__ import annotations

import pytest
from django.db import connection, transaction
from django.db.models import ProtectedError

from django_schemapatterns.context import acting_as
from django_schemapatterns.exceptions import ParentDeleted
from tests.softdelete.app.models import (
    Brand,
    Car,
    Contract,
    Coupon,
    Depot,
    Fleet,
    Ledger,
    Node,
    Odd,
    Parcel,
    Product,
    Review,
    Scratch,
    Shelf,
    Shop,
    SportsCar,
    Sticker,
    Supplier,
    Variant,
    Vehicle,
    Wheel,
)
from tests.softdelete.tools import age, alive, batches, execute, exists, refused, select

pytestmark = pytest.mark.django_db


@pytest.fixture
def product() -> Product:
    return Product.objects.create(shop=Shop.objects.create(), supplier=Supplier.objects.create())


@pytest.fixture
def variant(product: Product) -> Variant:
    return Variant.objects.create(product=product)


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


class TestFunctions:
    def test_delete_restore_and_delete_for_good(self, product: Product, variant: Variant) -> None:
        assert select("SELECT schemapatterns.soft_delete('softtests_product', %s)", product.pk) == 2
        assert select("SELECT schemapatterns.soft_delete('softtests_product', %s)", product.pk) == 0
        assert alive(product, variant) == [False, False]
        assert select("SELECT schemapatterns.restore_deleted('softtests_product', %s)", product.pk) == 2
        assert alive(product, variant) == [True, True]
        assert select("SELECT schemapatterns.hard_delete('softtests_product', %s)", product.pk) == 2
        assert not exists(product)
        assert not exists(variant)

    def test_preview(self, product: Product, variant: Variant) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT * FROM schemapatterns.deletion_preview('softtests_shop', %s)", [product.shop_id]
            )
            rows = cursor.fetchall()

        assert rows == [("softtests_product", 1), ("softtests_shop", 1), ("softtests_variant", 1)]
        assert alive(product, variant) == [True, True]
        assert product.shop is not None
        assert product.shop.deletion_preview() == {
            "softtests.Shop": 1,
            "softtests.Product": 1,
            "softtests.Variant": 1,
        }
        assert not product.shop.is_deleted

    def test_a_preview_says_what_stands_in_the_way(self, product: Product) -> None:
        Contract.objects.create(supplier=Supplier.objects.get())

        with refused("23001"):
            execute(
                "SELECT * FROM schemapatterns.deletion_preview('softtests_supplier', %s)", product.supplier_id
            )
        with pytest.raises(ProtectedError):
            Supplier.objects.get().deletion_preview()

    def test_purge(self) -> None:
        brands = [Brand.objects.create() for _ in range(4)]
        Brand.objects.exclude(pk=brands[0].pk).delete()
        for number, brand in enumerate(brands[1:]):
            age(brand, days=10 * number)

        purge = "SELECT schemapatterns.purge_deleted('softtests_brand', %s, %s)"
        assert select(purge, "5 days", 1) == 1
        assert [exists(brand) for brand in brands] == [True, True, True, False]
        assert select(purge, "5 days", None) == 1
        assert select("SELECT schemapatterns.purge_deleted('softtests_brand', '5 days')") == 0
        assert [exists(brand) for brand in brands] == [True, True, False, False]

    def test_a_purge_of_what_others_need_is_refused(self) -> None:
        brand = Brand.objects.create()
        product = Product.objects.create(brand=brand)
        brand.delete()
        age(brand, days=1)

        with refused("23503", match="softtests_product"):
            execute("SELECT schemapatterns.purge_deleted('softtests_brand', '1 hour')")

        assert exists(brand)
        assert exists(product)

    @pytest.mark.parametrize(
        ("call", "sqlstate", "match"),
        [
            (
                "soft_delete('softtests_brand', 0)",
                "P0002",
                r"No row of softtests_brand with id = '0'::bigint was found",
            ),
            ("restore_deleted('softtests_brand', 0)", "P0002", "No row"),
            ("hard_delete('softtests_brand', 0)", "P0002", "No row"),
            ("deletion_preview('softtests_brand', 0)", "P0002", "No row"),
            ("soft_delete('softtests_tag', 1)", "42809", "Rows of softtests_tag are not soft-deleted"),
            (
                "purge_deleted('softtests_tag', '1 day')",
                "42809",
                "Rows of softtests_tag are not soft-deleted",
            ),
            ("soft_delete('nothing', 1)", "42P01", '"nothing" does not exist'),
            ("soft_delete('softtests_brand', 1, 2)", "22023", "has 1 columns, but the given key is"),
            ("soft_delete('softtests_shelf', 'A')", "22023", "has 2 columns"),
            ("soft_delete('softtests_brand', NULL::int)", "22023", "the given key is"),
            ("soft_delete('softtests_brand', 'x')", "22P02", "invalid input syntax for type bigint"),
        ],
    )
    def test_bad_arguments(self, call: str, sqlstate: str, match: str) -> None:
        with refused(sqlstate, match=match.replace("softtests_", "(public.)?softtests_")):
            execute(f"SELECT schemapatterns.{call}")

    def test_what_is_not_deleted_can_not_be_restored(self) -> None:
        brand = Brand.objects.create()

        with refused("55000", match="is not deleted"):
            execute("SELECT schemapatterns.restore_deleted('softtests_brand', %s)", brand.pk)

    def test_a_restore_that_finds_its_place_taken(self) -> None:
        coupon = Coupon.objects.create(code="A")
        coupon.delete()
        Coupon.objects.create(code="A")

        with refused("23505", match="softtests_coupon_code_alive"):
            execute("SELECT schemapatterns.restore_deleted('softtests_coupon', %s)", coupon.pk)

    def test_rules_speak_before_they_return(self, product: Product, variant: Variant) -> None:
        product.delete()

        with refused("23503", match="can not be alive"):
            execute("SELECT schemapatterns.restore_deleted('softtests_variant', %s)", variant.pk)

    def test_without_a_search_path(self, product: Product, variant: Variant) -> None:
        execute("SET LOCAL search_path = ''")

        assert select("SELECT schemapatterns.soft_delete('public.softtests_product', %s)", product.pk) == 2
        assert (
            select("SELECT schemapatterns.restore_deleted('public.softtests_product', %s)", product.pk) == 2
        )
        execute("DELETE FROM public.softtests_product")
        assert select("SELECT schemapatterns.hard_delete('public.softtests_product', %s)", product.pk) == 2


class TestKeys:
    def test_a_key_that_is_a_uuid_and_a_reference_to_another_column(self) -> None:
        depot = Depot.objects.create(code="north")
        shelf = Shelf.objects.create(depot=depot, number=1)
        Shelf.objects.create(depot=Depot.objects.create(code="south"), number=1)

        assert depot.delete() == (2, {"softtests.Depot": 1, "softtests.Shelf": 1})
        assert alive(shelf) == [False]
        with refused("23503"):
            Shelf.objects.create(depot=depot, number=2)
        assert select("SELECT schemapatterns.restore_deleted('softtests_depot', %s)", str(depot.pk)) == 2
        assert select("SELECT schemapatterns.soft_delete('softtests_depot', %s::uuid)", depot.pk) == 2

    def test_a_key_of_two_columns(self) -> None:
        depot = Depot.objects.create(code="it's \\ north")
        shelves = [Shelf.objects.create(depot=depot, number=number) for number in (1, 2)]

        assert shelves[0].delete()[0] == 1
        assert alive(*shelves) == [False, True]
        assert shelves[0].restore()[0] == 1
        execute("DELETE FROM softtests_shelf WHERE number = 2")
        assert alive(*shelves) == [True, False]
        key = ["it's \\ north", "2"]
        assert select("SELECT schemapatterns.restore_deleted('softtests_shelf', %s, %s)", *key) == 1
        assert select("SELECT schemapatterns.hard_delete('softtests_shelf', %s, %s)", *key) == 1
        assert shelves[0].hard_delete()[0] == 1

    def test_names_that_need_quotes(self) -> None:
        odd = Odd.objects.create()
        other = Odd.objects.create(select=odd)

        assert odd.delete() == (2, {"softtests.Odd": 2})
        assert odd.restore()[0] == 2
        table = connection.ops.quote_name(Odd._meta.db_table)
        execute(f"DELETE FROM {table} WHERE id = %s", other.pk)
        assert alive(odd, other) == [True, False]
        assert select("SELECT schemapatterns.hard_delete(%s::regclass, %s)", table, odd.pk) == 2


class TestRowsOfTwoTables:
    @pytest.fixture
    def car(self) -> SportsCar:
        return SportsCar.objects.create(garage=Shop.objects.create(), owner=Supplier.objects.create())

    def test_the_marks_are_in_one_of_them(self, car: SportsCar) -> None:
        wheel = Wheel.objects.create(car=car)

        assert car.delete() == (2, {"softtests.SportsCar": 1, "softtests.Wheel": 1})
        assert not Car.objects.exists()
        assert not Vehicle.objects.exists()
        assert Car.deleted_objects.all().restore() == (2, {"softtests.Car": 1, "softtests.Wheel": 1})
        assert Vehicle.objects.get(pk=car.pk).delete()[0] == 2
        assert alive(wheel) == [False]
        assert SportsCar.objects.with_deleted().get() == car

    def test_a_raw_delete_of_a_part_deletes_the_whole(self, car: SportsCar) -> None:
        execute("DELETE FROM softtests_sportscar")

        assert exists(car)
        assert Vehicle.deleted_objects.get().pk == car.pk

    def test_a_row_goes_along_with_a_parent_of_either_table(self, car: SportsCar) -> None:
        assert car.owner is not None
        assert car.garage is not None
        for parent in (car.owner, car.garage):
            assert parent.delete()[1]["softtests.Vehicle"] == 1
            assert not Car.objects.exists()
            assert parent.restore()[1]["softtests.Vehicle"] == 1
            assert Car.objects.exists()

    def test_with_two_deleted_parents_it_comes_back_with_the_last(self, car: SportsCar) -> None:
        wheel = Wheel.objects.create(car=car)
        assert car.owner is not None
        assert car.garage is not None
        for first, second in ((car.owner, car.garage), (car.garage, car.owner)):
            first.delete()
            second.delete()
            first.restore()
            assert alive(wheel) == [False]
            second.restore()
            assert alive(wheel) == [True]

    def test_it_can_not_be_alive_under_a_deleted_one(self, car: SportsCar) -> None:
        gone = Supplier.objects.create()
        gone.delete()

        with refused("23503"):
            Car.objects.create(owner=gone)
        with refused("23503"):
            Car.objects.update(owner=gone)
        car.delete()
        assert car.owner is not None
        car.owner.delete()
        with pytest.raises(ParentDeleted, match="can not be alive"):
            car.restore()

    def test_hard_delete_takes_all_parts(self, car: SportsCar) -> None:
        Wheel.objects.create(car=car)

        assert select("SELECT schemapatterns.hard_delete('softtests_supplier', %s)", car.owner_id) == 5
        assert not Vehicle.all_objects.exists()

        other = SportsCar.objects.create()
        assert other.hard_delete()[0] == 3

    def test_a_proxy_is_its_model(self, car: SportsCar) -> None:
        fleet = Fleet.objects.get()

        assert fleet.delete() == (1, {"softtests.Fleet": 1})
        assert Fleet.deleted_objects.all().restore()[0] == 1


def test_a_circle_can_be_deleted_for_good_by_python() -> None:
    node = Node.objects.create()
    Node.objects.filter(pk=node.pk).update(parent=Node.objects.create(parent=node))

    with refused("54000", match="in a circle or more than 50 levels"):
        execute("SELECT schemapatterns.hard_delete('softtests_node', %s)", node.pk)
    assert Node.objects.all().hard_delete()[0] == 2
