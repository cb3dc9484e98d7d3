"""What staff see of versions, and what they may do to them."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.test import Client
from django.utils import timezone

from django_schemapatterns.admin import PeriodAdmin
from tests.periods.app.models import Article, Product, ProductPrice, Tariff, TariffRate
from tests.periods.tools import soon
from tests.periods_admin.desk import browser, clerk, entered, send, text, url
from tests.periods_admin.urls import ProductPriceInline
from tests.softdelete.tools import execute

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.periods_admin.urls")]
EVERYTHING = ["view_product", "change_product"]
EVERYTHING += [f"{verb}_productprice" for verb in ("view", "add", "change", "delete")]


@pytest.fixture
def product() -> Product:
    return Product.objects.create(name="Lamp", price=10)


def scheduled(product: Product, price: int, **delta: float) -> ProductPrice:
    return ProductPrice.schedule(product, price=price, effective_from=soon(**delta), reason="sale")


def test_the_inline_shows_past_current_and_scheduled(product: Product) -> None:
    Product.objects.update(price=12)
    scheduled(product, 8)

    page = browser().get(url(product))

    words = text(page)
    assert words.index("scheduled") < words.index("in force") < words.index("past")
    assert all(price in words for price in ("8.00", "12.00", "10.00"))
    assert "sale" in words
    assert "All 3 versions" in words


def test_the_chart_is_told_to_those_who_do_not_see_it(product: Product) -> None:
    Product.objects.update(price=12)
    scheduled(product, 8)

    page = browser().get(url(product)).text

    assert '<svg viewBox="0 0 720 140"' in page
    assert "<title>price over time</title>" in page
    assert "8.00 at the lowest, 12.00 at the highest. 12.00 now." in page
    assert page.count('class="periods-chart"') == 1  # compare_price has never been set


def test_the_page_to_add_an_owner_says_what_will_come() -> None:
    page = browser().get(url(Product(), "add"))

    assert "The first version starts when this is saved." in text(page)


def test_saving_the_owner_leaves_versions_to_the_trigger(product: Product) -> None:
    client = browser()

    answer = send(client, url(product), {"price": "11.50", "compare_price": "20"})

    assert "was changed successfully" in text(answer)
    assert ProductPrice.objects.current().get().price == Decimal("11.50")
    assert ProductPrice.objects.count() == 2


def test_forged_forms_of_the_inline_write_nothing(product: Product) -> None:
    forged = {
        "compare_price": "20",
        "prices-TOTAL_FORMS": "1",
        "prices-INITIAL_FORMS": "0",
        "prices-0-price": "1",
        "prices-0-effective_from_0": "2020-01-01",
        "prices-0-effective_from_1": "00:00:00",
    }

    answer = send(browser(), url(product), forged)

    assert "was changed successfully" in text(answer)
    assert not ProductPrice.objects.filter(price=1).exists()


def test_a_version_is_scheduled(product: Product) -> None:
    start = soon(days=3).replace(microsecond=0)

    answer = send(
        browser(), url(product, "period_schedule"), {**entered(start), "price": "7.50", "reason": "spring"}
    )

    assert "Scheduled “" in text(answer)
    version = ProductPrice.objects.scheduled().get()
    assert (version.price, version.effective_from, version.reason) == (Decimal("7.50"), start, "spring")
    assert LogEntry.objects.get().object_id == str(product.pk)


def test_the_form_to_schedule_starts_from_what_is_planned_last(product: Product) -> None:
    scheduled(product, 8)

    page = browser().get(url(product, "period_schedule"))

    assert page.context["form"]["price"].value() == 8
    assert page.context["form"]["effective_from"].value() is None


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        (entered(timezone.now() - timedelta(days=1)), "effective_from", "has passed"),
        ({}, "effective_from", "This field is required"),
        ({"effective_from_0": "0001-01-01", "effective_from_1": "00:00:00"}, "effective_from", ""),
        ({"effective_from_0": "9999-12-31", "effective_from_1": "23:59:59", "price": "x"}, "price", "number"),
        ({**entered(soon()), "price": "NaN"}, "price", "Enter a number"),
        ({**entered(soon()), "price": "Infinity"}, "price", "Enter a number"),
        ({**entered(soon()), "price": ""}, "price", "This field is required"),
        ({**entered(soon()), "price": "123456789.00"}, "price", "digits"),
        ({**entered(soon()), "reason": "\0"}, "reason", "Null characters"),
    ],
)
def test_what_makes_no_sense_is_told_at_its_field(
    product: Product, values: dict[str, str], field: str, words: str
) -> None:
    answer = send(browser(), url(product, "period_schedule"), values)

    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors[field])
    assert ProductPrice.objects.count() == 1


def test_a_moment_that_is_taken_is_told(product: Product) -> None:
    start = soon(days=3).replace(microsecond=0)
    ProductPrice.schedule(product, price=8, effective_from=start)

    answer = send(browser(), url(product, "period_schedule"), {**entered(start), "price": "7.50"})

    assert "already" in str(answer.context["form"].errors["effective_from"])
    assert [version.price for version in ProductPrice.objects.scheduled()] == [8]


def test_the_version_in_force_is_corrected_and_the_owner_with_it(product: Product) -> None:
    version = ProductPrice.objects.get()
    before = version.effective_from

    answer = send(browser(), url(product, "period_correct", version), {"price": "9.99", "reason": "typo"})

    assert "Corrected “" in text(answer)
    version.refresh_from_db()
    product.refresh_from_db()
    assert (version.price, version.reason, version.effective_from) == (Decimal("9.99"), "typo", before)
    assert product.price == Decimal("9.99")


def test_a_correction_of_what_somebody_else_has_changed_is_refused(product: Product) -> None:
    version = scheduled(product, 8)
    client = browser()
    address = url(product, "period_correct", version)
    seen = client.get(address).context["form"]["seen"].value()
    version.correct(price=6)

    answer = client.post(address, {**entered(version.effective_from), "price": "7", "seen": seen})

    assert "Somebody has changed this version" in str(answer.context["form"].non_field_errors())
    assert ProductPrice.objects.scheduled().get().price == 6
    for broken in ("", "nonsense"):
        answer = client.post(address, {**entered(version.effective_from), "price": "7", "seen": broken})
        assert answer.context["form"].errors


def test_a_scheduled_version_is_cancelled(product: Product) -> None:
    version = scheduled(product, 8)
    client = browser()

    page = client.get(url(product, "period_cancel", version))
    assert "Cancel it?" in text(page)
    assert ProductPrice.objects.count() == 2
    answer = client.post(url(product, "period_cancel", version), follow=True)

    assert "Cancelled “" in text(answer)
    assert ProductPrice.objects.count() == 1


def test_a_version_in_force_is_not_cancelled(product: Product) -> None:
    version = ProductPrice.objects.get()

    answer = browser().post(url(product, "period_cancel", version), follow=True)

    assert "can be corrected, not cancelled" in text(answer)
    assert ProductPrice.objects.count() == 1
    assert "periods/productprice/" + f"{version.pk}/cancel" not in answer.text


@pytest.mark.parametrize("page", ["period_correct", "period_cancel"])
@pytest.mark.parametrize("send_by", ["get", "post"])
def test_a_version_that_is_gone_is_told(product: Product, page: str, send_by: str) -> None:
    version = scheduled(product, 8)
    address = url(product, page, version)
    version.cancel_scheduled()

    answer = getattr(browser(), send_by)(address, follow=True)

    assert "There is no such version any more." in text(answer)


@pytest.mark.parametrize("key", ["x", "99999999999999999999999", "-1"])
def test_a_key_that_is_none_is_told(product: Product, key: str) -> None:
    address = url(product, "period_correct", ProductPrice(pk=key))

    assert "There is no such version any more." in text(browser().get(address, follow=True))


def test_a_version_of_another_owner_is_not_reached(product: Product) -> None:
    other = Product.objects.create(price=1)

    answer = browser().get(url(product, "period_correct", other.prices.get()), follow=True)

    assert "There is no such version any more." in text(answer)


@pytest.mark.parametrize("page", ["periods", "period_schedule"])
def test_an_owner_that_is_gone_is_told(product: Product, page: str) -> None:
    address = url(product, page)
    product.delete()

    assert "exist. Perhaps it was deleted?" in text(browser().get(address, follow=True))


def test_versions_that_are_none_are_not_found(product: Product) -> None:
    address = url(product, "periods").replace("productprice", "nonsense")

    assert browser().get(address).status_code == 404


@pytest.mark.parametrize(
    ("page", "needed"),
    [
        ("periods", "view_productprice"),
        ("period_schedule", "add_productprice"),
        ("period_correct", "change_productprice"),
        ("period_cancel", "delete_productprice"),
    ],
)
def test_each_page_needs_its_permission(product: Product, page: str, needed: str) -> None:
    version = scheduled(product, 8) if page in ("period_correct", "period_cancel") else None
    address = url(product, page, version)

    without = clerk(*(name for name in EVERYTHING if name != needed)).get(address)
    only_of_versions = clerk(*EVERYTHING[2:]).get(address)
    enough = clerk(*{"view_product", "change_product", "view_productprice", needed}).get(address)

    # Without `view`, `change` is enough to see versions, as everywhere in the admin.
    assert without.status_code == (200 if page == "periods" else 403)
    assert only_of_versions.status_code == 403
    assert enough.status_code == 200


def test_who_may_only_view_sees_no_actions(product: Product) -> None:
    scheduled(product, 8)

    page = clerk("view_product", "view_productprice").get(url(product))

    assert "8.00" in text(page)
    assert not any(verb in page.text for verb in ("/schedule/", "/correct/", "/cancel/"))


def test_who_may_not_view_versions_sees_none(product: Product) -> None:
    page = clerk("view_product").get(url(product))

    assert "periods-table" not in page.text
    assert clerk("view_product").get(url(product, "periods")).status_code == 404


def test_versions_of_a_deleted_owner_are_read_only() -> None:
    article = Article.objects.create(price=3)
    article.delete()

    page = browser().get(url(article))

    assert "3.00" in text(page)
    assert "/correct/" not in page.text
    assert browser().get(url(article, "period_schedule")).status_code == 403


def test_other_keys_and_columns() -> None:
    tariff = Tariff.objects.create(rate=3)

    send(browser(), url(tariff, "period_schedule"), {**entered(soon()), "rate": "5"})

    assert TariffRate.objects.scheduled().get().rate == 5
    assert browser().get(url(tariff)).status_code == 200


def test_a_refusal_of_the_database_is_told_in_the_form(product: Product) -> None:
    execute("ALTER TABLE periodtests_product ADD CONSTRAINT not_thirteen CHECK (price <> 13)")
    version = ProductPrice.objects.get()

    answer = send(browser(), url(product, "period_correct", version), {"price": "13"})

    assert "The database says no" in str(answer.context["form"].non_field_errors())
    product.refresh_from_db()
    assert product.price == 10


def test_ten_thousand_versions_take_few_queries_and_little_room(
    product: Product, django_assert_max_num_queries: Any
) -> None:
    start = timezone.now() - timedelta(days=20_000)
    client = browser()
    few = len(client.get(url(product)).text)
    ProductPrice.objects.bulk_create(
        ProductPrice(product=product, price=number % 97, effective_from=start + timedelta(days=number))
        for number in range(10_000)
    )

    with django_assert_max_num_queries(16) as queries:
        page = client.get(url(product))
    whole = [
        each["sql"]
        for each in queries
        if "recorded_at" in each["sql"] and not re.search(r"LIMIT \d+$", each["sql"])
    ]
    assert whole == []
    assert "All 10001 versions" in text(page).replace(",", "")
    assert len(page.text) < few + 30_000
    with django_assert_max_num_queries(14):
        page = client.get(url(product, "periods") + "?page=7")
    assert "Page 7 of 201" in text(page)
    assert len(page.context["lines"]) == 50
    assert client.get(url(product, "periods") + "?page=nonsense").status_code == 200


def test_fields_that_are_not_sent_are_no_error(product: Product) -> None:
    """Other code that posts the form of the owner need not know the inline."""
    values = {"name": "Lamp", "price": "10", "compare_price": "20"}

    answer = browser().post(url(product), values, follow=True)

    assert "was changed successfully" in text(answer)


def test_who_made_a_version_is_told_by_name(product: Product) -> None:
    client: Client = browser()

    send(client, url(product), {"price": "11", "compare_price": "20"})

    version = ProductPrice.objects.current().get()
    assert version.created_by
    assert str(client.get("/admin/").context["user"]) in text(client.get(url(product)))


def test_an_inline_without_the_pages_is_an_error() -> None:
    site = admin.AdminSite()

    class Plain(admin.ModelAdmin):  # type: ignore[type-arg]
        inlines = [ProductPriceInline]

    class Full(PeriodAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
        inlines = [ProductPriceInline]

    site.register(Product, Plain)
    found = site.get_model_admin(Product).check()
    site.unregister(Product)
    site.register(Product, Full)

    assert [message.id for message in found] == ["schemapatterns.E330"]
    assert site.get_model_admin(Product).check() == []


def test_what_got_in_without_a_form_is_shown(product: Product) -> None:
    execute("UPDATE periodtests_product SET price = 'NaN'")
    client = browser()

    for page in ("change", "periods", "period_schedule"):
        assert client.get(url(product, page)).status_code == 200
