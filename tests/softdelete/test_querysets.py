"""What querysets, managers and joins show of alive and deleted rows, and what writing through them does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.management import call_command
from django.db.models import Count, Prefetch, Window
from django.db.models.functions import RowNumber
from django.template import Context, Template

from django_schemapatterns.softdelete import alive
from tests.softdelete import tools
from tests.softdelete.app.models import (
    Brand,
    Coupon,
    Node,
    Page,
    Product,
    Shop,
    Tag,
    Tagging,
    Variant,
)

pytestmark = pytest.mark.django_db


def names(rows: Any) -> list[str]:
    return sorted(row.name for row in rows)


@pytest.fixture
def shop() -> Shop:
    """A shop with an alive product and a deleted one, each with an alive and a deleted variant."""
    shop = Shop.objects.create()
    for name in ("alive", "deleted"):
        product = Product.objects.create(shop=shop, name=name)
        Variant.objects.create(product=product, color="red")
        Variant.objects.create(product=product, color="blue").delete()
    Product.objects.get(name="deleted").delete()
    return shop


def test_managers_and_querysets_tell_the_alive_from_the_deleted(shop: Shop) -> None:
    assert names(Product.objects.all()) == ["alive"]
    assert names(Product.all_objects.all()) == ["alive", "deleted"]
    assert names(Product.deleted_objects.all()) == ["deleted"]
    assert names(Product.objects.with_deleted()) == ["alive", "deleted"]
    assert names(Product.objects.deleted()) == ["deleted"]
    assert names(Product.objects.filter(shop=shop).with_deleted().alive()) == ["alive"]
    assert names(Product.objects.named("deleted").deleted()) == ["deleted"]
    assert names(Product._base_manager.all()) == ["alive", "deleted"]


def test_the_managers_of_relations_do_so_too(shop: Shop) -> None:
    assert names(shop.products.all()) == ["alive"]
    assert names(shop.products.deleted()) == ["deleted"]
    assert names(shop.products.with_deleted()) == ["alive", "deleted"]
    assert names(shop.products(manager="deleted_objects").all()) == ["deleted"]
    assert shop.products.all().delete()[1]["softtests.Product"] == 1
    assert shop.products.deleted().restore()[1]["softtests.Product"] == 2


def test_a_custom_queryset_composes(shop: Shop) -> None:
    assert names(Product.objects.named("alive").with_deleted()) == ["alive"]
    assert names(shop.products.named("deleted")) == []
    assert names(shop.products.named("deleted").with_deleted()) == ["deleted"]


def test_with_deleted_leaves_conditions_about_other_rows_alone(shop: Shop) -> None:
    Brand.objects.create(name="gone")
    Product.all_objects.update(brand=Brand.objects.get())
    Brand.objects.all().delete()
    branded = Product.objects.filter(alive("brand"))
    rooted = Node.objects.create()
    child = Node.objects.create(parent=rooted)

    assert not branded.exists()
    assert not branded.with_deleted().exists()
    assert list(
        Node.objects.filter(parent__deleted_at__isnull=True, parent__isnull=False).with_deleted()
    ) == [child]
    rooted.delete()
    assert not Node.objects.filter(alive("parent")).with_deleted().exists()


def test_get_finds_what_filter_finds(shop: Shop) -> None:
    deleted = Product.deleted_objects.get()

    assert not Product.objects.filter(pk=deleted.pk).exists()
    assert not Product.objects.filter(pk__in=[deleted.pk]).exists()
    with pytest.raises(Product.DoesNotExist):
        Product.objects.get(pk=deleted.pk)


def test_update_touches_what_the_queryset_selects(shop: Shop) -> None:
    assert Product.objects.update(name="x") == 1
    assert Product.all_objects.filter(name="deleted").update(name="y") == 1
    assert Product.deleted_objects.update(name="z") == 1


def test_alive_looks_through_joins(shop: Shop) -> None:
    alive_variants = Count("variants", filter=alive("variants"))

    assert Product.objects.get(alive("variants"), variants__color="red").name == "alive"
    assert not Product.objects.filter(alive("variants"), variants__color="blue").exists()
    assert Product.objects.annotate(number=alive_variants).values_list("number", flat=True).get() == 1
    assert Shop.objects.filter(alive("products", "products__variants")).distinct().get() == shop
    assert names(Product.all_objects.exclude(alive("variants"))) == ["deleted"]
    Variant.objects.all().delete()
    assert not Product.objects.filter(alive("variants")).exists()
    assert not Product.all_objects.filter(alive("variants")).exists()
    assert names(Product.objects.exclude(alive("variants"))) == ["alive"]
    assert names(Product.all_objects.filter(alive())) == ["alive"]


def test_prefetch_shows_the_alive_and_select_related_what_there_is(shop: Shop) -> None:
    [product] = Product.objects.prefetch_related("variants")
    assert [variant.color for variant in product.variants.all()] == ["red"]

    everything = Prefetch("variants", Variant.all_objects.all(), to_attr="all_variants")
    [product] = Product.objects.prefetch_related(everything)
    assert len(vars(product)["all_variants"]) == 2

    product.brand = Brand.objects.create()
    product.save()
    product.brand.delete()
    [product] = Product.objects.select_related("brand")
    assert product.brand is not None
    assert product.brand.is_deleted


def test_get_or_create_makes_a_new_row_in_the_place_of_a_deleted_one() -> None:
    first, _ = Coupon.objects.get_or_create(code="A")
    first.delete()

    second, created = Coupon.objects.get_or_create(code="A")
    third, created_again = Coupon.objects.update_or_create(code="A", defaults={"worth": 5})

    assert (created, created_again) == (True, False)
    assert second == third != first


def test_bulk_create_updates_what_is_unique_among_the_alive() -> None:
    Coupon.objects.create(code="A", worth=1).delete()
    kept = Coupon.objects.create(code="A", worth=2)

    Coupon.objects.bulk_create(
        [Coupon(code="A", worth=3), Coupon(code="B", worth=4)],
        update_conflicts=True,
        unique_fields=["code"],
        update_fields=["worth"],
    )

    assert Coupon.objects.order_by("code").values_list("pk", "worth")[0] == (kept.pk, 3)
    assert [each.worth for each in Coupon.all_objects.order_by("worth")] == [1, 3, 4]


def test_bulk_create_names_the_further_condition_of_the_rule() -> None:
    Coupon.objects.create(code="A", worth=1, live=True)

    made = Coupon.objects.bulk_create(
        [Coupon(code="B", worth=1, live=True), Coupon(code="C", worth=1, live=False)],
        update_conflicts=True,
        unique_fields=["worth"],
        update_fields=["code"],
    )

    assert sorted(Coupon.objects.values_list("code", flat=True)) == ["B", "C"]
    assert len(made) == 2


def test_bulk_create_ignores_conflicts() -> None:
    Coupon.objects.create(code="A", worth=1)

    Coupon.objects.bulk_create([Coupon(code="A", worth=2)], ignore_conflicts=True)

    assert Coupon.objects.get().worth == 1


def test_saving_a_stale_instance_revives_nothing() -> None:
    stale = Brand.objects.create()
    Brand.objects.get().delete()

    stale.name = "renamed"
    stale.save()
    Brand.all_objects.bulk_update([Brand(pk=stale.pk, name="again")], ["name"])

    assert tools.alive(stale) == [False]
    assert Brand.all_objects.get().name == "again"


def test_a_deleted_instance_can_be_saved_and_read_again() -> None:
    brand = Brand.objects.create()
    brand.delete()

    brand.name = "renamed"
    brand.save()
    brand.save(update_fields=["name", "deleted_at"])
    brand.refresh_from_db()

    assert (brand.name, brand.is_deleted) == ("renamed", True)
    assert Brand.all_objects.count() == 1


def test_a_mark_that_python_takes_away_is_there_still() -> None:
    brand = Brand.objects.create()
    brand.delete()

    brand.deleted_at = None
    brand.save()

    assert tools.alive(brand) == [False]


def test_an_instance_of_few_fields_can_be_deleted_and_restored() -> None:
    Brand.objects.create()

    brand = Brand.objects.only("pk").get()
    assert brand.delete()[0] == 1
    brand = Brand.all_objects.defer("deleted_at", "deletion_id").get()
    assert brand.is_deleted
    assert brand.restore()[0] == 1
    assert not brand.is_deleted


def test_what_is_not_saved_can_not_be_deleted() -> None:
    for verb in ("delete", "restore", "hard_delete", "deletion_preview"):
        with pytest.raises(ValueError, match="Brand is not saved: it has no primary key"):
            getattr(Brand(), verb)()


def test_delete_of_a_row_that_is_gone_counts_nothing() -> None:
    brand = Brand.objects.create()
    Brand.objects.get().hard_delete()

    assert brand.delete() == (0, {})


@pytest.mark.parametrize("verb", ["delete", "restore", "hard_delete"])
def test_what_can_not_be_deleted_by_a_queryset_is_refused(verb: str) -> None:
    for queryset in (
        Brand.objects.all()[:1],
        Brand.objects.values("pk"),
        Brand.objects.values_list("pk"),
        Brand.objects.distinct("name"),
    ):
        with pytest.raises(TypeError, match=rf"{verb}\(\)"):
            getattr(queryset, verb)()


def test_an_ordered_and_joined_queryset_can_be_deleted(shop: Shop) -> None:
    assert Variant.objects.filter(product__shop=shop).order_by("-product__name").delete()[0] == 1


def test_what_an_update_can_not_ask_for_can_be_deleted(shop: Shop) -> None:
    first, second = [Product.objects.create(name="twin") for _ in range(2)]
    Variant.objects.create(product=second)
    twins = Product.objects.filter(name="twin").annotate(
        place=Window(RowNumber(), partition_by="name", order_by="id"), number=Count("variants")
    )

    assert twins.filter(number=0).delete()[0] == 1
    assert Product.deleted_objects.get(name="twin") == first
    assert (
        Product.deleted_objects.filter(name="twin").annotate(n=Count("variants")).filter(n=0).restore()[0]
        == 1
    )
    assert Product.objects.annotate(place=Window(RowNumber(), order_by="-id")).filter(place=1).delete() == (
        2,
        {"softtests.Product": 1, "softtests.Variant": 1},
    )
    assert Product.deleted_objects.get(name="twin") == second


def test_a_queryset_forgets_the_rows_that_it_deleted() -> None:
    Product.objects.create()
    products, deleted = Product.objects.all(), Product.deleted_objects.all()
    assert (len(products), len(deleted)) == (1, 0)

    products.delete()
    assert (len(products), len(deleted.all())) == (0, 1)
    deleted.restore()
    assert list(deleted) == []


def test_templates_delete_nothing() -> None:
    brand = Brand.objects.create()

    text = "{{ brand.delete }}{{ brand.hard_delete }}{{ rows.delete }}{{ rows.hard_delete }}{{ rows.purge }}"
    rendered = Template(text).render(Context({"brand": brand, "rows": Brand.objects.all()}))

    assert (rendered, tools.alive(brand)) == ("", [True])


def test_a_link_that_was_taken_away_is_not_shown() -> None:
    page, tags = Page.objects.create(), [Tag.objects.create(name=name) for name in "abc"]

    page.tags.add(*tags)
    page.tags.remove(tags[0])
    assert names(page.tags.all()) == ["b", "c"]
    assert [names(each.tags.all()) for each in Page.objects.prefetch_related("tags")] == [["b", "c"]]
    assert Page.objects.annotate(number=Count("tags")).get().number == 2
    assert (page.tags.count(), tags[0].pages.exists()) == (2, False)
    assert list(Tag.objects.exclude(pages=page)) == [tags[0]]
    assert list(Tag.objects.filter(pages__isnull=True)) == [tags[0]]

    page.tags.add(tags[0])
    assert names(page.tags.all()) == ["a", "b", "c"]
    page.tags.set(tags[1:])
    assert names(page.tags.all()) == ["b", "c"]
    page.tags.clear()
    page.tags.clear()
    assert not page.tags.exists()
    page.tags.set(tags)
    assert names(page.tags.all()) == ["a", "b", "c"]
    assert (Tagging.objects.count(), Tagging.all_objects.count()) == (3, 7)


def test_the_way_from_a_deleted_link_is_open() -> None:
    page = Page.objects.create()
    page.tags.add(Tag.objects.create(name="a"))
    page.tags.clear()

    [tagging] = Tagging.deleted_objects.filter(tag__name="a").select_related("tag", "page")

    assert (tagging.tag.name, tagging.page) == ("a", page)


def test_purge_deletes_the_old_for_good_with_what_depends_on_it(shop: Shop) -> None:
    Product.objects.all().delete()
    old = Product.deleted_objects.get(name="deleted")
    tools.age(old, days=100)

    result = Product.deleted_objects.all().purge(older_than=timedelta(days=90))

    assert result == (3, {"softtests.Product": 1, "softtests.Variant": 2})
    assert names(Product.all_objects.all()) == ["alive"]


def test_dumpdata_with_all_and_loaddata_keep_the_deleted(shop: Shop, tmp_path: Any) -> None:
    file = str(tmp_path / "shop.json")
    call_command(
        "dumpdata", "softtests.shop", "softtests.product", "softtests.variant", all=True, output=file
    )
    before = list(Variant.all_objects.order_by("pk").values("pk", "deletion_id", "deleted_at__second"))
    Shop.all_objects.all().hard_delete()
    assert not Variant.all_objects.exists()

    call_command("loaddata", file, verbosity=0)
    call_command("loaddata", file, verbosity=0)

    assert (
        list(Variant.all_objects.order_by("pk").values("pk", "deletion_id", "deleted_at__second")) == before
    )


def test_everything_has_an_asynchronous_twin() -> None:
    async def life() -> list[Any]:
        brand = await Brand.objects.acreate()
        rows = Brand.objects.with_deleted()
        return [
            await brand.adeletion_preview(),
            await brand.adelete(),
            await brand.arestore(),
            await Brand.objects.all().adelete(),
            await rows.arestore(),
            await brand.arestore(with_parents=True) if brand.is_deleted else None,
            await rows.apurge(older_than=timedelta(days=1)),
            await rows.ahard_delete(),
            await (await Brand.objects.acreate()).ahard_delete(),
        ]

    one = (1, {"softtests.Brand": 1})

    assert async_to_sync(life)() == [one[1], one, one, one, one, None, (0, {}), one, one]
