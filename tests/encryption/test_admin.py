"""The admin masks, unless somebody may see."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import path

from django_schemapatterns.admin import EncryptedAdminMixin
from tests.encryption.app.models import Diary, Passport, Person

site = admin.AdminSite(name="crypto")


class PassportInline(EncryptedAdminMixin, admin.StackedInline):  # type: ignore[type-arg]
    model = Passport


class PersonAdmin(EncryptedAdminMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["name", "tax_number", "email"]
    search_fields = ["email__exact"]
    fieldsets = [
        (None, {"fields": ["name", ("tax_number", "email")]}),
        ("More", {"fields": ["note", "phone"]}),
    ]
    inlines = [PassportInline]


class DiaryAdmin(EncryptedAdminMixin, admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ["id", "text"]


site.register(Person, PersonAdmin)
site.register(Diary, DiaryAdmin)
urlpatterns = [path("admin/", site.urls)]

pytestmark = [pytest.mark.django_db, pytest.mark.urls(__name__)]

SECRETS = ["TAX77", "secret@example.com", "a note that is secret", "PASS88"]


@pytest.fixture
def person() -> Person:
    person = Person.objects.create(
        name="Ann", tax_number="TAX77", email="secret@example.com", note="a note that is secret"
    )
    Passport.objects.create(person=person, number="PASS88")
    return person


def client_with(django_user_model: Any, *codenames: str) -> Client:
    user = django_user_model.objects.create(
        username="staff", email="staff@example.com", first_name="A", last_name="B", is_staff=True
    )
    user.user_permissions.set(Permission.objects.filter(codename__in=codenames))
    client = Client()
    client.force_login(user)
    return client


EDIT = (
    "view_person",
    "change_person",
    "add_person",
    "view_passport",
    "change_passport",
    "view_diary",
    "change_diary",
)


def text_of(client: Client, url: str) -> str:
    response = client.get(url)
    assert response.status_code == 200
    return response.content.decode()


def test_lists_are_masked_for_everybody(admin_client: Client, person: Person) -> None:
    text = text_of(admin_client, "/admin/cryptotests/person/")

    assert "********" in text
    assert not [secret for secret in SECRETS if secret in text]


def test_an_exact_search_finds(admin_client: Client, person: Person) -> None:
    assert "1 person" in text_of(admin_client, "/admin/cryptotests/person/?q=SECRET@example.com")
    assert "0 persons" in text_of(admin_client, "/admin/cryptotests/person/?q=other@example.com")


def test_pages_are_masked_for_who_may_not_see(django_user_model: Any, person: Person) -> None:
    client = client_with(django_user_model, *EDIT)
    url = f"/admin/cryptotests/person/{person.pk}/change/"

    text = text_of(client, url)
    saved = client.post(url, {"name": "Bob", "passport-TOTAL_FORMS": 0, "passport-INITIAL_FORMS": 0})

    assert not [secret for secret in SECRETS if secret in text]
    assert text.count("********") >= 4
    assert saved.status_code == 302
    again = Person.objects.get()
    assert (again.name, again.tax_number, again.note) == ("Bob", "TAX77", "a note that is secret")


def test_pages_without_fieldsets_are_masked_too(django_user_model: Any) -> None:
    row = Diary.objects.create(text="a text that is secret")
    client = client_with(django_user_model, *EDIT)

    text = text_of(client, f"/admin/cryptotests/diary/{row.pk}/change/")

    assert "a text that is secret" not in text
    assert "********" in text


def test_who_may_only_view_sees_masks(django_user_model: Any, person: Person) -> None:
    client = client_with(django_user_model, "view_person", "view_passport")

    text = text_of(client, f"/admin/cryptotests/person/{person.pk}/change/")

    assert not [secret for secret in SECRETS if secret in text]


def test_pages_show_values_to_who_may_see(django_user_model: Any, person: Person) -> None:
    client = client_with(django_user_model, *EDIT, "reveal_person", "reveal_passport")
    url = f"/admin/cryptotests/person/{person.pk}/change/"

    text = text_of(client, url)

    assert [secret for secret in SECRETS if secret in text] == SECRETS
    sent = {"name": "Ann", "tax_number": "TAX78", "email": "", "note": "n", "phone": ""}
    management = {"passport-TOTAL_FORMS": 0, "passport-INITIAL_FORMS": 0}
    assert client.post(url, {**sent, **management}).status_code == 302
    assert Person.objects.get(tax_number="TAX78").note == "n"


def test_who_adds_a_row_fills_it_in(django_user_model: Any) -> None:
    client = client_with(django_user_model, *EDIT)
    sent = {"name": "Eve", "tax_number": "TAX79", "email": "", "note": "n", "phone": ""}
    management = {"passport-TOTAL_FORMS": 0, "passport-INITIAL_FORMS": 0}

    assert client.post("/admin/cryptotests/person/add/", {**sent, **management}).status_code == 302
    assert Person.objects.get(tax_number="TAX79").name == "Eve"


def test_inputs_are_those_of_the_admin(admin_client: Client) -> None:
    row = Diary.objects.create(text="t")

    text = text_of(admin_client, f"/admin/cryptotests/diary/{row.pk}/change/")

    assert 'class="vDateField"' in text
    assert 'class="vLargeTextField"' in text
