"""Products are found by words, and categories by their place in the tree."""

from __future__ import annotations

from typing import Any

import pytest

from example_project.shop.models import Category, Product
from tests.audit.tools import execute
from tests.example.making import make_product

pytestmark = pytest.mark.django_db


def found(text: str, **options: Any) -> list[str]:
    return [product.name for product in Product.objects.search(text, **options)]


def test_products_are_found_by_name_sku_and_description_in_this_order() -> None:
    make_product(name="Lamp", description="Goes with the lantern")
    make_product(name="Folding lantern", sku="FL-1234")
    make_product(name="Candle", sku="LANTERN-1")

    assert found("lanterns") == ["Folding lantern", "Candle", "Lamp"]
    assert found("lantern -folding") == ["Candle", "Lamp"]
    assert found("fl-12", prefix=True) == ["Folding lantern"]
    first: Any = Product.objects.search("lantern", highlight=["name"])[0]
    assert first.name_highlight == "Folding <mark>lantern</mark>"


def test_deleted_products_are_found_by_who_asks_for_them() -> None:
    make_product(name="Folding lantern").delete()

    assert found("lantern") == []
    assert [row.name for row in Product.objects.deleted().search("lantern")] == ["Folding lantern"]


def test_the_audit_log_does_not_hold_the_words() -> None:
    product = make_product(name="Folding lantern")
    Product.objects.filter(pk=product.pk).update(description="Lights the cellars")

    assert "search_vector" not in product.audit.timeline()[1].changes
    assert set(product.audit.timeline()[0].changes) == {"description"}


@pytest.fixture
def tree() -> dict[str, Category]:
    rows: dict[str, Category] = {}
    places = {"root": "", "a": "root", "b": "root", "aa": "a", "aaa": "aa", "other": ""}
    for name, above in places.items():
        rows[name] = Category.objects.create(name=name, slug=name, parent=rows.get(above))
    return rows


def names(rows: Any) -> list[str]:
    return sorted(row.name for row in rows)


def below(*slugs: str, **options: Any) -> list[str]:
    return names(Category.objects.filter(slug__in=slugs).descendants(**options))


def above(*slugs: str, **options: Any) -> list[str]:
    return names(Category.objects.filter(slug__in=slugs).ancestors(**options))


@pytest.mark.usefixtures("tree")
def test_what_is_above_and_below() -> None:
    assert below("root") == ["a", "aa", "aaa", "b"]
    assert below("root", include_self=True) == ["a", "aa", "aaa", "b", "root"]
    assert below("a", "b") == ["aa", "aaa"]
    assert below("a", "aa") == ["aa", "aaa"]
    assert below("aaa") == below("nothing") == []
    assert above("aaa") == ["a", "aa", "root"]
    assert above("aaa", "b", include_self=True) == ["a", "aa", "aaa", "b", "root"]
    assert above("root") == above("nothing") == []


def test_each_is_one_query_and_goes_on(tree: dict[str, Category], django_assert_num_queries: Any) -> None:
    make_product(name="Chair", category=tree["aaa"])
    make_product(name="Table", category=tree["other"])
    rows = Category.objects.filter(slug="root").order_by("name")[:1].descendants(include_self=True)

    with django_assert_num_queries(1):
        assert names(Product.objects.filter(category__in=rows)) == ["Chair"]
    with django_assert_num_queries(1):
        assert rows.exclude(name="b").descendants().count() == 4
    with django_assert_num_queries(1):
        assert [category.name for category in tree["aaa"].path()] == ["root", "a", "aa", "aaa"]


def test_a_circle_has_an_end(tree: dict[str, Category]) -> None:
    execute("UPDATE categories SET parent_id = %s WHERE id = %s", tree["aaa"].pk, tree["root"].pk)

    assert below("a") == ["a", "aa", "aaa", "b", "root"]
    assert above("b") == ["a", "aa", "aaa", "root"]
    tree["b"].refresh_from_db()
    assert [category.name for category in tree["b"].path()] == ["a", "aa", "aaa", "root", "b"]
    tree["b"].full_clean()
