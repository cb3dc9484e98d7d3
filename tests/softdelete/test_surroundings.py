"""Soft deletes among roles without rights, row security, partitions, and several databases."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from django.core.management import call_command
from django.db import connections, transaction
from psycopg import sql

from example_project.postgres import database_from_url
from tests.schema.story import Story
from tests.softdelete.app.models import Brand, Product, Shop, Supplier, Variant
from tests.softdelete.test_migrations import leaf, text, tree
from tests.softdelete.tools import alive, execute, refused, select


@pytest.fixture
def role() -> str:
    """A role that may write, but not delete."""
    name = f"soft_app_{uuid4().hex[:8]}"
    execute(f"CREATE ROLE {name}; GRANT USAGE ON SCHEMA schemapatterns, public TO {name}")
    execute(f"GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA public TO {name}")
    execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
    return name


@pytest.mark.django_db
class TestRoles:
    @pytest.fixture
    def product(self) -> Product:
        return Product.objects.create(shop=Shop.objects.create(), supplier=Supplier.objects.create())

    def test_who_may_not_delete_may_soft_delete(self, role: str, product: Product) -> None:
        variant = Variant.objects.create(product=product)
        execute(f"SET LOCAL ROLE {role}")

        with refused("42501", match="permission denied for table softtests_product"):
            execute("DELETE FROM softtests_product")
        with refused("42501"):
            execute("SELECT schemapatterns.hard_delete('softtests_product', %s)", product.pk)
        assert product.delete()[0] == 2
        assert product.restore()[0] == 2
        assert select("SELECT schemapatterns.soft_delete('softtests_product', %s)", product.pk) == 2
        assert alive(variant) == [False]

    def test_cascades_and_rules_need_no_rights_on_other_tables(self, role: str, product: Product) -> None:
        variant = Variant.objects.create(product=product)
        execute(f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {role}")
        execute(f"REVOKE ALL ON SCHEMA schemapatterns FROM {role}")
        execute(f"GRANT SELECT, UPDATE ON softtests_product TO {role}")
        execute(f"GRANT INSERT ON softtests_variant TO {role}")
        execute(f"GRANT SELECT, INSERT, UPDATE ON softtests_shop TO {role}")
        execute(f"SET LOCAL ROLE {role}")

        execute("UPDATE softtests_product SET deleted_at = now()")
        with refused("23503"):
            execute("INSERT INTO softtests_variant (product_id, color) VALUES (%s, 'x')", product.pk)
        execute("RESET ROLE")

        assert alive(product, variant) == [False, False]

    def test_nobody_else_can_call_what_works_with_the_owners_rights(self, role: str) -> None:
        execute(f"GRANT CREATE ON SCHEMA public TO {role}")
        execute(f"SET LOCAL ROLE {role}")
        execute("CREATE TABLE softtrap (id bigint, deleted_at timestamptz, deletion_id uuid)")

        with refused(
            "42501",
            match="permission denied for function schemapatterns.cascade_softtests_variant_product_id",
        ):
            execute(
                "CREATE TRIGGER trap AFTER UPDATE ON softtrap FOR EACH ROW "
                "EXECUTE FUNCTION schemapatterns.cascade_softtests_variant_product_id()"
            )

    def test_a_temporary_table_does_not_stand_in_for_a_real_one(self, role: str, product: Product) -> None:
        variant = Variant.objects.create(product=product)
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute(f"SET LOCAL ROLE {role}")
        execute("CREATE TEMPORARY TABLE softtests_variant (LIKE public.softtests_variant)")

        execute("UPDATE softtests_product SET deleted_at = now()")
        execute("DROP TABLE pg_temp.softtests_variant")

        assert alive(variant) == [False]

    def test_row_security_hides_no_child_from_a_cascade(self, role: str, product: Product) -> None:
        variant = Variant.objects.create(product=product)
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute("ALTER TABLE softtests_variant ENABLE ROW LEVEL SECURITY")
        execute(f"SET LOCAL ROLE {role}")
        assert select("SELECT count(*) FROM softtests_variant") == 0

        assert product.delete()[0] == 2
        execute("RESET ROLE")

        assert alive(variant) == [False]

    def test_views_show_nobody_more_than_the_table(self, role: str, product: Product) -> None:
        execute("SET CONSTRAINTS ALL IMMEDIATE")
        execute("ALTER TABLE softtests_product ENABLE ROW LEVEL SECURITY")
        assert select("SELECT count(*) FROM softtests_product_active") == 1

        execute(f"SET LOCAL ROLE {role}")

        assert select("SELECT count(*) FROM softtests_product_active") == 0


@pytest.mark.django_db
def test_partitions() -> None:
    Story(tree(name=text()), leaf())
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    triggers = select(
        "SELECT array_agg(pg_get_triggerdef(oid)) FROM pg_trigger "
        "WHERE tgrelid = 'testapp_woodleaf'::regclass AND tgname ~ '^pgtrigger_soft'"
    )
    execute("DROP TABLE testapp_woodleaf CASCADE")
    execute(
        "CREATE TABLE testapp_woodleaf (id bigint GENERATED BY DEFAULT AS IDENTITY, tree_id bigint, "
        "deleted_at timestamptz, deletion_id uuid, PRIMARY KEY (id)) PARTITION BY RANGE (id)"
    )
    execute("CREATE TABLE woodleaf_1 PARTITION OF testapp_woodleaf FOR VALUES FROM (1) TO (100)")
    for trigger in triggers:
        execute(trigger)
    execute("CREATE TABLE woodleaf_2 PARTITION OF testapp_woodleaf FOR VALUES FROM (100) TO (200)")
    execute("SELECT schemapatterns.copy_statement_triggers('testapp_woodleaf')")
    tree_id = select("INSERT INTO testapp_tree (name) VALUES ('Oak') RETURNING id")
    execute("INSERT INTO testapp_woodleaf (id, tree_id) VALUES (1, %s), (101, %s)", tree_id, tree_id)

    execute("DELETE FROM testapp_tree")
    assert select("SELECT count(*) FROM testapp_woodleaf WHERE deleted_at IS NOT NULL") == 2
    with refused("23503"):
        execute("INSERT INTO woodleaf_2 (id, tree_id) VALUES (102, %s)", tree_id)
    with refused("23503"):
        execute("UPDATE woodleaf_1 SET deleted_at = NULL")
        execute("SELECT schemapatterns.soft_delete_outcome()")
    execute("UPDATE testapp_tree SET deleted_at = NULL")
    execute("DELETE FROM woodleaf_2")
    assert select("SELECT array_agg(id) FROM testapp_woodleaf WHERE deleted_at IS NULL") == [1]
    assert select("SELECT count(*) FROM woodleaf_2 WHERE deletion_id IS NOT NULL") == 1


@pytest.fixture
def other(django_db_blocker: Any) -> Iterator[str]:
    """A second database, which goes with the test."""
    name = f"soft_other_{uuid4().hex[:8]}"
    server = os.environ["DATABASE_URL"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    settings: Any = {**connections["default"].settings_dict, **database_from_url(server), "NAME": name}
    connections.databases["other"] = settings
    with django_db_blocker.unblock():
        call_command("migrate", database="other", verbosity=0)
        yield "other"
        connections["other"].close()
    del connections["other"]
    del connections.databases["other"]
    with psycopg.connect(server, autocommit=True) as admin:
        admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def test_two_databases(other: str) -> None:
    shop = Shop.objects.using(other).create()
    product = Product.objects.using(other).create(shop=shop)
    Brand.objects.using(other).create()

    assert shop.delete() == (2, {"softtests.Shop": 1, "softtests.Product": 1})
    assert not Product.objects.using(other).exists()
    assert Product.deleted_objects.using(other).get().is_deleted
    assert shop.restore()[0] == 2
    assert shop.deletion_preview() == {"softtests.Shop": 1, "softtests.Product": 1}
    with transaction.atomic(using=other):
        assert Brand.objects.using(other).all().delete()[0] == 1
    assert Brand.deleted_objects.db_manager(other).all().restore()[0] == 1
    assert product.delete(using=other)[0] == 1
    assert shop.hard_delete()[0] == 2
