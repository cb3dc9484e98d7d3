"""The functions that SQL calls: for keys of any kind, rows of two tables, and circles."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import ProtectedError

from django_schemapatterns.exceptions import ParentDeleted
from tests.softdelete.app.models import (
    Brand,
    Car,
    Contract,
    Coupon,
    Depot,
    Fleet,
    Node,
    Odd,
    Product,
    Shelf,
    Shop,
    SportsCar,
    Supplier,
    Variant,
    Vehicle,
    Wheel,
)
from tests.softdelete.tools import age, alive, execute, exists, refused, select

pytestmark = pytest.mark.django_db


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
