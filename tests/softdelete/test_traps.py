"""Where soft deletes of others go wrong, one function each."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, models
from django.db.models import ProtectedError, signals as django_signals
from django.template import Context, Template
from django.test.utils import isolate_apps

from django_schemapatterns import models as patterns
from django_schemapatterns.softdelete import checks
from django_schemapatterns.softdelete.objects import mark_triggers
from django_schemapatterns.softdelete.relations import marked_model
from django_schemapatterns.softdelete.views import views
from tests.softdelete.app.models import (
    Brand,
    Car,
    Contract,
    Login,
    Node,
    Note,
    Page,
    Product,
    Review,
    Shop,
    Supplier,
    Tag,
    Tagging,
    Variant,
    Vehicle,
)
from tests.softdelete.tools import alive, batches, execute, exists, refused, select

pytestmark = pytest.mark.django_db
LABEL = "softtests"


def family() -> tuple[Shop, Supplier, Product]:
    shop, supplier = Shop.objects.create(), Supplier.objects.create()
    return shop, supplier, Product.objects.create(shop=shop, supplier=supplier)


def test_a_raw_delete_of_a_whole_tree_is_one_batch() -> None:
    root = Node.objects.create()
    nodes = [root, *(Node.objects.create(parent=root) for _ in range(3))]
    nodes.append(Node.objects.create(parent=nodes[-1]))

    execute("DELETE FROM softtests_node")

    assert alive(*nodes) == [False] * 5
    assert len(batches(*nodes)) == 1
    assert root.restore()[0] == 5


def test_a_raw_delete_may_meet_a_row_twice() -> None:
    _, _, product = family()
    Variant.objects.bulk_create([Variant(product=product, color=color) for color in ("red", "blue")])

    execute("DELETE FROM softtests_product AS p USING softtests_variant AS v WHERE v.product_id = p.id")

    assert alive(product) == [False]
    assert not Variant.objects.exists()


def test_a_raw_delete_of_many_rows_misses_none() -> None:
    execute("INSERT INTO softtests_node (parent_id) SELECT NULL FROM generate_series(1, 2500)")
    execute("UPDATE softtests_node SET parent_id = id - 1 WHERE id > (SELECT min(id) FROM softtests_node)")
    execute("UPDATE softtests_node SET parent_id = NULL WHERE mod(id, 10) = 0")

    execute("DELETE FROM softtests_node")

    assert not Node.objects.exists()
    assert Node.deleted_objects.count() == 2500
    assert Node.deleted_objects.values("deletion_id").distinct().count() == 1


def test_deletes_within_one_statement_leave_none_of_their_rows_alive() -> None:
    shop, supplier, product = family()
    brand, node = Brand.objects.create(), Node.objects.create()

    execute(
        "WITH a AS (UPDATE softtests_shop SET deleted_at = now()), b AS (DELETE FROM softtests_brand), "
        "c AS (DELETE FROM softtests_node) SELECT 1"
    )
    assert alive(shop, product, supplier, brand, node) == [False, False, True, False, False]
    execute("DELETE FROM softtests_supplier")
    assert batches(supplier).isdisjoint(batches(shop, brand, node))


def test_merge_deletes_softly() -> None:
    _, _, product = family()
    variant = Variant.objects.create(product=product)

    execute(
        "MERGE INTO softtests_product AS p USING softtests_shop AS s ON p.shop_id = s.id "
        "WHEN MATCHED THEN DELETE"
    )

    assert alive(product, variant) == [False, False]


def test_a_deleted_row_has_a_batch_whatever_the_session_has_set() -> None:
    shop, _, product = family()
    execute("SET LOCAL schemapatterns.deletion_depth = '7'")

    execute("UPDATE softtests_shop SET deleted_at = now()")
    assert batches(shop) == batches(product) != {None}
    execute("UPDATE softtests_shop SET deleted_at = NULL")

    assert alive(shop, product) == [True, True]


def test_a_delete_returns_a_number_and_labels_also_for_no_rows() -> None:
    brand = Brand.objects.create()
    brand.delete()

    for nothing in (Brand.objects.none(), Brand.objects.filter(pk__in=[]), Brand.all_objects.all()):
        assert nothing.delete() == (0, {})
    assert Brand.objects.none().restore() == (0, {})


def test_a_nullable_link_is_kept_and_comes_back() -> None:
    shop, supplier, product = family()

    shop.delete()
    product.refresh_from_db()
    assert (product.shop_id, product.supplier_id) == (shop.pk, supplier.pk)
    shop.restore()

    assert Product.objects.get().shop == shop


def test_raw_sql_honours_protect() -> None:
    _, supplier, product = family()
    Contract.objects.create(supplier=supplier)

    with refused("23001", match="can not be deleted while rows of softtests_contract point at it"):
        execute("DELETE FROM softtests_supplier")

    assert alive(supplier, product) == [True, True]


def test_a_hard_delete_that_fails_half_way_deletes_nothing() -> None:
    _, _, product = family()
    review, variant = Review.objects.create(product=product), Variant.objects.create(product=product)

    def refuse(**kwargs: Any) -> None:
        raise IntegrityError("not today")

    django_signals.post_delete.connect(refuse, sender=Review)
    try:
        with pytest.raises(IntegrityError, match="not today"):
            product.hard_delete()
    finally:
        django_signals.post_delete.disconnect(refuse, sender=Review)

    assert [exists(row) for row in (product, review, variant)] == [True, True, True]


def test_a_hard_delete_tells_of_each_row_once() -> None:
    shop, _, product = family()
    Variant.objects.create(product=product)
    told: list[Any] = []

    def receive(instance: Any, **kwargs: Any) -> None:
        told.append(type(instance))

    for sender in (Shop, Product, Variant):
        django_signals.post_delete.connect(receive, sender=sender)
    try:
        shop.hard_delete()
    finally:
        for sender in (Shop, Product, Variant):
            django_signals.post_delete.disconnect(receive, sender=sender)

    assert sorted(told, key=str) == [Product, Shop, Variant]


def test_rows_of_a_generic_relation_go_with_a_hard_delete_alone() -> None:
    _, _, product = family()
    note = Note.objects.create(target=product)

    product.delete()
    assert exists(note)
    product.restore()
    assert product.hard_delete()[1]["softtests.Note"] == 1
    assert not exists(note)


def test_what_points_at_rows_that_are_not_soft_deleted_comes_back() -> None:
    tagging = Tagging.objects.create(page=Page.objects.create(), tag=Tag.objects.create(name="a"))

    assert tagging.delete() == tagging.restore() == (1, {"softtests.Tagging": 1})


def test_a_row_unique_among_all_keeps_its_place_when_it_is_deleted() -> None:
    Login.objects.create(name="ada").delete()

    with refused("23505"):
        Login.objects.get_or_create(name="ada")


def test_templates_restore_nothing() -> None:
    brand = Brand.objects.create()
    brand.delete()

    text = "{{ brand.restore }}{{ brand.arestore }}{{ brand.adelete }}{{ rows.restore }}{{ rows.arestore }}"
    rendered = Template(text).render(Context({"brand": brand, "rows": Brand.all_objects.all()}))

    assert (rendered, alive(brand)) == ("", [False])


@isolate_apps("tests.softdelete.app")
def test_a_model_is_known_by_its_marks_however_far_away_its_base_is() -> None:
    class Mixin(models.Model):
        class Meta:
            abstract = True

    class Far(patterns.SoftDeleteModel):
        class Meta:
            abstract = True

    class Farther(Mixin, Far):
        class Meta(Far.Meta):
            abstract = True

    class Here(Farther):
        class Meta:
            app_label = LABEL

    found: Any = Here
    assert marked_model(found) is Here
    assert len(mark_triggers(found)) == 4
    assert len(views(found)) == 2
    assert {"soft_delete_guard", "soft_delete_mark"} <= {each.name for each in found._meta.triggers}


@isolate_apps("tests.softdelete.app")
def test_links_without_marks_are_told_of() -> None:
    class Poster(patterns.SoftDeleteModel):
        tags: Any = models.ManyToManyField(Tag, related_name="+")

        class Meta:
            app_label = LABEL

    [message] = checks._unmarked(Poster)

    assert message.id == "schemapatterns.I212"
    assert "The rows behind softtests.Poster.tags stay" in message.msg


def test_the_other_side_of_a_one_to_one_shows_a_deleted_row_for_what_it_is() -> None:
    car = Car.objects.create()
    car.delete()

    for rows in (Vehicle.all_objects.all(), Vehicle.all_objects.select_related("car")):
        vehicle: Any = rows.get()
        assert vehicle.car == car
        assert vehicle.car.is_deleted


def test_a_save_of_what_raw_sql_has_deleted_revives_nothing() -> None:
    shop, _, product = family()
    execute("DELETE FROM softtests_shop")
    assert not product.is_deleted

    product.name = "renamed"
    product.save()
    shop.save()

    assert alive(shop, product) == [False, False]
    assert Product.all_objects.get().name == "renamed"


def test_the_marks_have_no_index_that_every_write_would_pay_for() -> None:
    indexed = select(
        "SELECT count(*) FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = ANY (indkey) "
        "WHERE attname IN ('deleted_at', 'deletion_id')"
    )

    assert indexed == 0


def test_no_table_has_a_rule() -> None:
    assert not select("SELECT array_agg(rulename) FROM pg_rules WHERE schemaname = 'public'")


def test_a_raw_delete_returns_no_rows_and_the_function_how_many() -> None:
    _, _, product = family()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM softtests_product RETURNING id")
        assert (cursor.rowcount, cursor.fetchall()) == (0, [])
    assert product.restore()[0] == 1
    assert select("SELECT schemapatterns.soft_delete('softtests_product', %s)", product.pk) == 1


def test_a_replica_deletes_what_it_is_told_to() -> None:
    brand = Brand.objects.create()
    execute("SET LOCAL session_replication_role = replica")

    assert execute("DELETE FROM softtests_brand") == 1

    execute("SET LOCAL session_replication_role = origin")
    assert not exists(brand)


def test_functions_find_a_row_by_the_index_of_its_key() -> None:
    execute("INSERT INTO softtests_brand (name) SELECT 'x' FROM generate_series(1, 3000)")
    execute("ANALYZE softtests_brand")
    read = "SELECT seq_tup_read FROM pg_stat_xact_user_tables WHERE relname = 'softtests_brand'"
    key = select("SELECT max(id) FROM softtests_brand")
    before = select(read)

    for function in ("soft_delete", "restore_deleted", "deletion_preview", "soft_delete", "hard_delete"):
        execute(f"SELECT schemapatterns.{function}('softtests_brand', {key})")

    assert select(read) == before


def test_row_security_that_hides_deleted_rows_refuses_and_leaves_nothing_half_done() -> None:
    shop, _, product = family()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("CREATE ROLE soft_hidden; GRANT USAGE ON SCHEMA schemapatterns TO soft_hidden")
    execute("GRANT SELECT, UPDATE ON softtests_shop, softtests_product TO soft_hidden")
    execute("ALTER TABLE softtests_shop ENABLE ROW LEVEL SECURITY")
    execute("CREATE POLICY alive ON softtests_shop USING (deleted_at IS NULL) WITH CHECK (true)")
    execute("SET LOCAL ROLE soft_hidden")

    with refused("42501", match="row-level security"):
        execute("SELECT schemapatterns.soft_delete('softtests_shop', %s)", shop.pk)
    execute("RESET ROLE")
    assert alive(shop, product) == [True, True]

    execute("ALTER POLICY alive ON softtests_shop USING (id = %s)" % shop.pk)  # noqa: UP031
    execute("SET LOCAL ROLE soft_hidden")
    assert select("SELECT schemapatterns.soft_delete('softtests_shop', %s)", shop.pk) == 2
    execute("RESET ROLE")
    assert alive(shop, product) == [False, False]


def test_an_upsert_through_the_view_meets_the_alive() -> None:
    insert = "INSERT INTO softtests_tagging_active (page_id, tag_id) VALUES (%s, %s) ON CONFLICT DO NOTHING"
    key = (Page.objects.create().pk, Tag.objects.create(name="a").pk)

    assert [execute(insert, *key), execute(insert, *key)] == [1, 0]
    execute("DELETE FROM softtests_tagging_active")
    assert execute(insert, *key) == 1

    assert Tagging.objects.count() == 1


@pytest.mark.django_db(transaction=True)
class TestOutsideOfATransaction:
    def test_a_protected_row_is_left_as_it_is(self) -> None:
        _, supplier, product = family()
        Contract.objects.create(supplier=supplier)

        for delete in (supplier.delete, Supplier.objects.all().delete):
            with pytest.raises(ProtectedError):
                delete()
        assert alive(supplier, product) == [True, True]

    def test_hard_deletes_are_allowed_no_longer_than_they_take(self) -> None:
        brand = Brand.objects.create()
        Brand.objects.create().hard_delete()

        assert select("SELECT current_setting('schemapatterns.hard_delete', true)") in (None, "")
        execute("DELETE FROM softtests_brand")

        assert alive(brand) == [False]
        assert exists(brand)
