"""Who may not view an object may not read its history, whichever page tells it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from example_project.accounts.models import User, UserStatus
from example_project.shop.models import Brand
from tests.admin.conftest import StaffMaker
from tests.admin.reading import LOG, last_entry, page, text, write_entries
from tests.example.making import make_product
from tests.testapp.models import Article, Author, Book, Everything, Tag, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.desk")]
DESK = "/desk/schemapatterns/auditlog/"
COUNTER = "/counter/schemapatterns/auditlog/"


def status(browser: Client, url: str) -> int:
    response = browser.get(url)
    return int(response.status_code)


def export(browser: Client, url: str = LOG, **query: Any) -> str:
    response: Any = browser.get(f"{url}export/csv/", query)
    assert response.status_code == 200
    return b"".join(response.streaming_content).decode()


def test_nobody_comes_in_without_logging_in(client: Client) -> None:
    for url in (LOG, f"{LOG}1/change/", f"{LOG}timeline/shop.product/1/", f"{LOG}export/csv/"):
        response = client.get(url)
        assert response.status_code == 302
        assert "/login/" in response["Location"]


def test_the_log_takes_a_permission(staff: StaffMaker) -> None:
    make_product()
    browser = staff("shop.view_product", log=False)
    entry = last_entry("products")
    for url in (LOG, f"{LOG}{entry.pk}/change/", f"{LOG}export/csv/", f"{LOG}export/ndjson/"):
        assert status(browser, url) == 403


def test_the_list_leaves_out_models_that_one_may_not_view(staff: StaffMaker) -> None:
    make_product(name="Visible chair")
    Brand.objects.create(name="Invisible brand", slug="b")
    browser = staff("shop.view_product")
    for markup in (page(browser), export(browser)):
        assert "Visible chair" in markup
        assert "Invisible brand" not in markup
    markup = page(browser)
    assert '<option value="shop.product">' in markup
    assert '<option value="shop.brand">' not in markup
    for query in ({"model": "shop.brand"}, {"model": "brands"}, {"changed": "name"}, {"operation": "I"}):
        assert "Invisible" not in page(browser, **query)
        assert "Invisible" not in export(browser, **query)


def test_entries_and_timelines_of_what_one_may_not_view_are_forbidden(staff: StaffMaker) -> None:
    brand = Brand.objects.create(name="Invisible", slug="b")
    entry = last_entry(Brand)
    timeline = f"{LOG}timeline/shop.brand/{brand.pk}/"
    assert status(staff("shop.view_product"), f"{LOG}{entry.pk}/change/") == 403
    assert status(staff("shop.view_product", username="bob"), timeline) == 403
    assert status(staff("shop.view_brand", username="cat"), f"{LOG}{entry.pk}/change/") == 200
    assert status(staff("shop.change_brand", username="dan"), timeline) == 200
    brand.delete()
    assert status(staff("shop.view_product", username="eve"), timeline) == 403
    assert status(staff("shop.view_brand", username="fay"), timeline) == 200


def test_the_timeline_takes_the_permission_for_the_object_alone(staff: StaffMaker) -> None:
    product = make_product()
    browser = staff("shop.view_product", log=False)
    for url in (f"{LOG}timeline/shop.product/{product.pk}/", f"/admin/shop/product/{product.pk}/history/"):
        markup = page(browser, url)
        assert "created" in text(markup)
        assert f"{LOG}{last_entry('products').pk}/change/" not in markup
        assert f"{LOG}?" not in markup
        assert "postgres" not in text(markup.partition('class="audit"')[2])


def test_tables_without_a_model_are_for_superusers(root: Client, staff: StaffMaker) -> None:
    write_entries(1, table_name="'salaries'", changes="""'{"amount": [1, 424242]}'""")
    entry = last_entry("salaries")
    browser = staff("shop.view_product")
    for query in ({}, {"model": "salaries"}, {"q": "1"}, {"changed": "amount"}):
        assert "424242" in page(root, **query)
        assert "424242" not in page(browser, **query)
        assert "424242" not in export(browser, **query)
    assert status(browser, f"{LOG}{entry.pk}/change/") == 403
    assert status(browser, f"{LOG}timeline/salaries/1/") == 403


def test_notes_about_the_log_are_for_all_its_readers(staff: StaffMaker) -> None:
    write_entries(
        1, operation="'P'", record_id="NULL", changes="NULL", context="""'{"reason": "big import"}'"""
    )
    assert "big import" in page(staff("shop.view_product"))


def test_the_link_table_of_a_field_follows_the_fields_model(staff: StaffMaker) -> None:
    article = Article.objects.create(title="Lamps")
    article.tags.add(Tag.objects.create(name="wood"))
    assert "Article-tag relationship" in text(page(staff("testapp.view_article"), DESK))
    assert "Article-tag relationship" not in text(page(staff("testapp.view_tag", username="bob"), DESK))


def test_a_model_admin_decides_about_single_objects(root: Client, staff: StaffMaker) -> None:
    shown, hidden = Author.objects.create(name="Shown"), Author.objects.create(name="Hidden")
    entry = last_entry(Author)
    for browser in (staff("testapp.view_author"), root):
        markup = page(browser, DESK, model="testapp.author")
        assert f"author {shown.pk}" in markup
        assert f"author {hidden.pk}" not in markup
        assert status(browser, f"{DESK}{entry.pk}/change/") == 403
        assert status(browser, f"{DESK}timeline/testapp.author/{hidden.pk}/") == 403
        file = export(browser, DESK, model="testapp.author")
        assert "Shown" in file
        assert "Hidden" not in file


def test_a_model_admin_decides_about_rows(root: Client, staff: StaffMaker) -> None:
    mine, other = Author.objects.create(name="ann"), Author.objects.create(name="ben")
    my_book = Book.objects.create(author=mine, title="Lamps of oak")
    other_book = Book.objects.create(author=other, title="Chairs of ash")
    entry = last_entry(Book)
    browser = staff("testapp.view_book", username="ann")
    for markup in (page(browser, DESK), export(browser, DESK)):
        assert "Lamps of oak" in markup
        assert "Chairs of ash" not in markup
    assert status(browser, f"{DESK}{entry.pk}/change/") == 403
    assert status(browser, f"{DESK}timeline/testapp.book/{other_book.pk}/") == 403
    assert status(browser, f"{DESK}timeline/testapp.book/{my_book.pk}/") == 200
    assert "Chairs of ash" in page(root, DESK)


def test_gone_rows_of_a_model_admin_that_decides_about_rows_are_for_superusers(
    root: Client, staff: StaffMaker
) -> None:
    book = Book.objects.create(author=Author.objects.create(name="ben"), title="Chairs of ash")
    url = f"{DESK}timeline/testapp.book/{book.pk}/"
    book.delete()
    browser = staff("testapp.view_book", username="ann")
    assert "Chairs of ash" not in page(browser, DESK)
    assert "Chairs of ash" not in export(browser, DESK)
    assert status(browser, url) == 403
    assert status(root, url) == 200


def test_gone_rows_of_other_models_follow_the_model(staff: StaffMaker) -> None:
    ticket = Ticket.objects.create(subject="Broken lamp")
    pk = ticket.pk
    ticket.delete()
    browser = staff("testapp.view_ticket")
    assert status(browser, f"{DESK}timeline/testapp.ticket/{pk}/") == 200
    assert "Broken lamp" in page(browser, DESK)


def test_rows_that_are_only_marked_as_deleted_follow_their_model(staff: StaffMaker) -> None:
    product = make_product(name="Oak chair")
    product.delete()
    browser = staff("shop.view_product")
    assert status(browser, f"{LOG}timeline/shop.product/{product.pk}/") == 200
    [address, *_] = re.findall(
        r'audit-cell-object">\s*<a href="([^"]+)"', page(browser, model="shop.product")
    )
    assert status(browser, address) == 200


def test_fields_that_the_model_admin_hides_are_withheld(root: Client, staff: StaffMaker) -> None:
    article = Article.objects.create(title="Lamps", price="47114242")
    Article.objects.filter(pk=article.pk).update(price="47124242", body="New")
    browser = staff("testapp.view_article")
    urls = [
        DESK,
        f"{DESK}{last_entry(Article).pk}/change/",
        f"{DESK}timeline/testapp.article/{article.pk}/",
        f"/desk/testapp/article/{article.pk}/history/",
    ]
    for url in urls:
        markup = page(browser, url)
        assert "Price hidden" in text(markup)
        assert "47114242" not in markup
        assert "47124242" not in markup
        assert "47124242" in page(root, url)
    assert "47124242" not in export(browser, DESK, model="testapp.article", changed="price")
    assert "********" in export(browser, DESK, model="testapp.article", changed="price")
    assert "47124242" in export(root, DESK, model="testapp.article")


def test_not_even_that_a_withheld_field_is_empty_can_be_seen(staff: StaffMaker) -> None:
    Everything.objects.create()
    browser = staff("testapp.view_everything")
    shown = text(page(browser, f"{COUNTER}{last_entry(Everything).pk}/change/"))
    assert "Binary hidden" in shown
    assert "Text" in shown.partition("Without a value:")[2]
    assert "Binary" not in shown.partition("Without a value:")[2]


def test_a_proxy_decides_where_its_model_has_no_admin(staff: StaffMaker) -> None:
    article = Article.objects.create(title="Lamps", body="Behind the counter")
    browser = staff("testapp.view_articleproxy")
    for url in (
        COUNTER,
        f"{COUNTER}timeline/testapp.article/{article.pk}/",
        f"/counter/testapp/articleproxy/{article.pk}/history/",
    ):
        markup = page(browser, url)
        assert "Lamps" in markup
        assert "Behind the counter" not in markup
    other = staff("testapp.view_article", username="other")
    assert status(other, f"{COUNTER}timeline/testapp.article/{article.pk}/") == 403


def test_staff_that_is_not_active_is_nobody(staff: StaffMaker) -> None:
    browser = staff("shop.view_product")
    User.objects.filter(username="staff").update(status=UserStatus.SUSPENDED)
    assert status(browser, LOG) == 302


def test_objects_without_permission_are_not_linked(staff: StaffMaker) -> None:
    book = Book.objects.create(author=Author.objects.create(name="ann"), title="Lamps of oak")
    markup = page(staff("testapp.view_book", username="ann"), DESK)
    assert f'href="/desk/testapp/book/{book.pk}/change/"' in markup
