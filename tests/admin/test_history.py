"""How the timeline gets onto the History page, on several sites and in spite of what ModelAdmins do."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client

import django_schemapatterns
from django_schemapatterns.audit.admin.history import HISTORY, show_timelines
from example_project.shop.models import Vendor
from tests.admin.desk import counter, desk
from tests.admin.reading import page, text
from tests.testapp.models import Article, ArticleProxy, Restaurant, Tag, Ticket

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.admin.desk")]
TEMPLATES = Path(django_schemapatterns.__file__).parent / "templates"


def timeline_in(markup: str) -> bool:
    return 'class="audit-timeline"' in markup


def test_a_site_shows_its_own_timelines(root: Client) -> None:
    ticket = Ticket.objects.create(subject="Broken lamp")
    markup = page(root, f"/desk/testapp/ticket/{ticket.pk}/history/")
    assert timeline_in(markup)
    assert 'href="/desk/schemapatterns/auditlog/' in markup
    assert 'href="/admin/schemapatterns/' not in markup


def test_a_model_of_two_tables(root: Client) -> None:
    restaurant = Restaurant.objects.create(name="Chez Ann")
    assert timeline_in(page(root, f"/desk/testapp/restaurant/{restaurant.pk}/history/"))


def test_a_template_of_ones_own_is_left_alone(root: Client) -> None:
    tag = Tag.objects.create(name="wood")
    assert not timeline_in(page(root, f"/desk/testapp/tag/{tag.pk}/history/"))
    assert desk.get_model_admin(Tag).object_history_template == "admin/object_history.html"


def test_a_template_for_the_model_or_the_app_comes_first() -> None:
    show_timelines(admin.site)
    names: Any = admin.site.get_model_admin(Vendor).object_history_template
    assert names == [
        "admin/shop/vendor/object_history.html",
        "admin/shop/object_history.html",
        HISTORY,
    ]


def test_nothing_of_django_is_overridden() -> None:
    assert not (TEMPLATES / "admin").exists()
    assert admin.ModelAdmin.object_history_template is None


def test_a_site_without_the_log_is_left_alone() -> None:
    site = admin.AdminSite(name="bare")
    site.register(Vendor)
    assert site.get_urls()
    assert site.get_model_admin(Vendor).object_history_template is None


def test_a_proxy_shows_the_timeline_of_its_model(root: Client) -> None:
    article = Article.objects.create(title="Lamps", body="Secret")
    show_timelines(counter)
    markup = page(root, f"/counter/testapp/articleproxy/{article.pk}/history/")
    assert timeline_in(markup)
    assert ArticleProxy.objects.get(pk=article.pk).audit.entries().count() == 1


def test_the_mixin_shows_the_timeline_of_what_is_gone(root: Client) -> None:
    article = Article.objects.create(title="Lamps")
    url = f"/desk/testapp/article/{article.pk}/history/"
    assert timeline_in(page(root, url))
    article.delete()
    shown = text(page(root, url))
    assert "Lamps" in shown
    assert "deleted" in shown
    assert root.get("/desk/testapp/article/0/history/").status_code == 302


def test_the_mixin_leads_from_the_list_to_the_log(root: Client) -> None:
    markup = page(root, "/desk/testapp/article/")
    assert 'href="/desk/schemapatterns/auditlog/?model=testapp.article"' in markup


def test_the_mixin_leads_nobody_where_he_may_not_go(staff: Any) -> None:
    assert "?model=testapp.article" not in page(
        staff("testapp.view_article", log=False), "/desk/testapp/article/"
    )
    assert "?model=testapp.article" in page(
        staff("testapp.view_article", username="other"), "/desk/testapp/article/"
    )
