"""The search box of the admin, and its autocompletion."""

# mypy: disable-error-code="type-arg"

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import RequestFactory

from django_schemapatterns.admin import SearchAdmin, SoftDeleteAdmin
from django_schemapatterns.softdelete.admin.filters import DELETED, PARAMETER
from tests.example.making import make_staff
from tests.search.app.models import Goods, Title

pytestmark = pytest.mark.django_db


class TitleAdmin(SearchAdmin, admin.ModelAdmin):
    ordering = ["-pk"]
    list_display = ["name"]


class GoodsAdmin(SearchAdmin, SoftDeleteAdmin, admin.ModelAdmin):
    list_display = ["name"]


def listed(model: Any, kind: Any, **query: str) -> list[str]:
    """The rows that the list shows, in its order."""
    request = RequestFactory().get("/", query)
    request.user = make_staff()
    request._messages = CookieStorage(request)  # type: ignore[attr-defined]
    site = admin.AdminSite()
    site.register(model, kind)
    changes = kind(model, site).get_changelist_instance(request)
    return [str(row) for row in changes.queryset]


def test_the_box_finds_beginnings_and_puts_the_best_first() -> None:
    for name in ("Oak chairs and oak tables", "Oak chairs", "Birch table", "Oaks"):
        Title.objects.create(name=name)

    assert listed(Title, TitleAdmin) == ["Oaks", "Birch table", "Oak chairs", "Oak chairs and oak tables"]
    assert listed(Title, TitleAdmin, q=" ") == listed(Title, TitleAdmin)
    assert listed(Title, TitleAdmin, q="chai oa") == ["Oak chairs and oak tables", "Oak chairs"]
    assert listed(Title, TitleAdmin, q="oak", o="1") == ["Oak chairs", "Oak chairs and oak tables", "Oaks"]
    assert listed(Title, TitleAdmin, q="oak -table") == ["Oak chairs", "Oaks"]
    assert listed(Title, TitleAdmin, q='"birch table" or oaks -chair') == ["Birch table", "Oaks"]
    assert listed(Title, TitleAdmin, q="':*") == []
    assert listed(Title, TitleAdmin, q="\0") == listed(Title, TitleAdmin)  # says Django, with a message


def test_deleted_rows_are_found_where_the_list_shows_them() -> None:
    Goods.objects.create(name="Oak").delete()
    Goods.objects.create(name="Oaks")

    assert listed(Goods, GoodsAdmin, q="oak") == ["Oaks"]
    assert listed(Goods, GoodsAdmin, q="oak", **{PARAMETER: DELETED}) == ["Oak"]


def test_a_model_without_a_vector_is_a_mistake() -> None:
    class GroupAdmin(SearchAdmin, admin.ModelAdmin):
        pass

    (error,) = GroupAdmin(Group, admin.site).check()

    assert error.id == "schemapatterns.E646"
    assert "GroupAdmin searches auth.Group, which has no SearchVectorField" in error.msg
    assert TitleAdmin(Title, admin.site).check() == []
