"""Versions among the other patterns, partitions, roles and databases."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command

from django_schemapatterns.context import acting_as
from django_schemapatterns.models import AuditLog
from django_schemapatterns.periods.objects import PeriodTrigger
from example_project.accounts.models import User
from example_project.shop.models import Product as ShopProduct, ProductPrice as ShopPrice
from tests.periods.app.models import Machine, MachineWeight, Product, ProductPrice
from tests.periods.tools import contradictions, execute, is_contiguous, let_pass, soon, values
from tests.softdelete.tools import refused

pytestmark = pytest.mark.django_db


def test_an_audited_owner_that_follows_is_logged_once() -> None:
    product = Product.objects.create(price=1)
    let_pass(ProductPrice.schedule(product, price=2, effective_from=soon()))

    call_command("apply_scheduled_periods", verbosity=0)

    entries = AuditLog.objects.filter(table_name="periodtests_product", operation="U")
    assert [entry.changes for entry in entries] == [{"price": [1, 2]}]


@pytest.fixture
def sold() -> Any:
    return ShopProduct.objects.create(name="Lamp", slug="lamp", sku="L1", price=20, compare_price=25)


def test_a_product_of_the_shop(sold: Any) -> None:
    anna = User.objects.create_user("anna", "anna@example.org", "secret", first_name="Anna", last_name="A")
    with acting_as(anna, reason="sale"):
        ShopProduct.objects.update(price=15)
    version = sold.prices.current().get()

    assert (version.price, version.compare_price) == (15, 25)
    assert (version.created_by, version.reason) == (anna, "sale")
    assert execute("SELECT schemapatterns.current_price(%s)", sold.pk) == 15
    assert execute("SELECT price FROM product_price_history_periods WHERE is_current") == 15


def test_a_product_of_the_shop_that_is_deleted_has_no_price_until_it_is_back(sold: Any) -> None:
    ShopPrice.schedule(sold, price=24, effective_from=soon())
    sold.delete()
    assert execute("SELECT schemapatterns.current_price(%s)", sold.pk) is None
    assert not sold.prices.scheduled().exists()

    sold.restore()
    assert execute("SELECT schemapatterns.current_price(%s)", sold.pk) == 20
    assert contradictions(ShopPrice) == []
    assert values(sold.prices) == [20, 20]

    sold.hard_delete()
    assert not ShopPrice._base_manager.exists()


def test_soft_deletes_know_nothing_of_versions(sold: Any) -> None:
    """They are no dependants that a delete would count, nor rows that may not point at what is deleted."""
    assert sold.delete() == (1, {"shop.Product": 1})
    execute("UPDATE products SET price = 3")


def test_what_the_database_refuses_for_the_owner_is_refused_for_the_version(sold: Any) -> None:
    with pytest.raises(ValidationError, match="price"):
        sold.prices.get().correct(price=-1)
    with pytest.raises(ValidationError, match="price"):
        ShopPrice.schedule(sold, price=30, compare_price=29, effective_from=soon())
    with refused("23514", "products_price_not_negative"):
        sold.prices.update(price=-1)
    assert values(sold.prices) == [20]


def test_a_history_that_is_partitioned() -> None:
    execute(
        """
        CREATE TABLE parted (LIKE periodtests_machineweight INCLUDING DEFAULTS)
            PARTITION BY RANGE (effective_from);
        ALTER TABLE parted ADD UNIQUE (machine_id, effective_from);
        ALTER TABLE parted ALTER id SET DEFAULT 1;
        CREATE TABLE parted_past PARTITION OF parted FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
        CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
        DROP TABLE periodtests_machineweight CASCADE;
        ALTER TABLE parted RENAME TO periodtests_machineweight
        """
    )
    for trigger in MachineWeight._meta.triggers:  # type: ignore[attr-defined]
        assert isinstance(trigger, PeriodTrigger)
        execute(trigger.compile(MachineWeight).install_sql)
    machine = Machine.objects.create(weight=1)
    Machine.objects.update(weight=2)
    execute(
        "INSERT INTO periodtests_machineweight (machine_id, weight, effective_from) "
        "VALUES (%s, 9, '2019-01-01')",
        machine.pk,
    )
    execute("UPDATE periodtests_machineweight SET weight = 5 WHERE weight = 2")

    assert values(machine.weights, "weight") == [9, 1, 5]
    assert Machine.objects.get().weight == 5
    assert contradictions(MachineWeight) == []
    with refused("23514", "left without a version"):
        execute("DELETE FROM periodtests_machineweight")
        execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_an_owner_that_is_partitioned() -> None:
    execute(
        """
        CREATE TABLE parted (LIKE periodtests_machine) PARTITION BY LIST (weight);
        CREATE SEQUENCE parted_id; ALTER TABLE parted ALTER id SET DEFAULT nextval('parted_id');
        CREATE TABLE parted_one PARTITION OF parted FOR VALUES IN (1);
        CREATE TABLE parted_rest PARTITION OF parted DEFAULT;
        DROP TABLE periodtests_machine CASCADE;
        ALTER TABLE parted RENAME TO periodtests_machine
        """
    )
    for trigger in MachineWeight._meta.triggers:  # type: ignore[attr-defined]
        execute(trigger.compile(MachineWeight).install_sql)
    execute("INSERT INTO periodtests_machine (weight) VALUES (1), (7)")
    execute("INSERT INTO parted_rest (weight) VALUES (8)")
    execute("UPDATE periodtests_machine SET weight = weight + 1")
    execute("UPDATE parted_rest SET weight = weight + 10 WHERE weight = 9")

    assert [values(MachineWeight.objects.filter(machine=key), "weight") for key in (1, 2, 3)] == [
        [1, 2],
        [7, 8],
        [8, 9, 19],
    ]
    assert contradictions(MachineWeight) == []


def test_a_role_that_may_only_write_owners() -> None:
    product = Product.objects.create(price=1)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("CREATE ROLE clerk; GRANT SELECT, UPDATE, INSERT ON periodtests_product TO clerk")
    execute("GRANT USAGE ON SCHEMA schemapatterns TO clerk")
    execute("SET ROLE clerk")
    execute("UPDATE periodtests_product SET price = 2")
    with refused("42501"):
        execute("SELECT * FROM periodtests_productprice")
    with refused("42501"):
        execute("SELECT * FROM periodtests_productprice_periods")
    execute("RESET ROLE")

    assert values(product.prices) == [1, 2]


def test_temporary_tables_and_a_foreign_search_path_do_no_harm() -> None:
    product = Product.objects.create(price=1)
    execute("CREATE TEMPORARY TABLE periodtests_productprice (id int)")
    Product.objects.update(price=2)
    execute("DROP TABLE pg_temp.periodtests_productprice")
    execute("SET LOCAL search_path = pg_catalog")
    execute("UPDATE public.periodtests_product SET price = 3")
    execute("SET LOCAL search_path = public")

    assert values(product.prices) == [1, 2, 3]


def test_what_is_dumped_can_be_loaded(tmp_path: Any) -> None:
    product = Product.objects.create(price=1)
    Product.objects.update(price=2)
    ProductPrice.schedule(product, price=9, effective_from=soon())
    before = list(ProductPrice._base_manager.order_by("pk").values())
    file = tmp_path / "dump.json"
    call_command("dumpdata", "periodtests.productprice", "periodtests.product", output=str(file), verbosity=0)
    Product.objects.all().delete()
    execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")

    call_command("loaddata", str(file), verbosity=0)

    assert is_contiguous(ProductPrice)
    assert contradictions(ProductPrice) == []
    loaded = {row["id"]: row for row in ProductPrice._base_manager.values()}
    assert [loaded[row["id"]]["price"] for row in before] == [1, 2, 9]
