"""Whatever is typed or sent is refused or stored: no error 500, and nothing half written."""

from __future__ import annotations

import json
import math
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction
from django.forms import modelform_factory
from django.test import Client
from django.urls import reverse
from django.utils.encoding import iri_to_uri

from django_schemapatterns import appsettings
from django_schemapatterns.appsettings import registry
from django_schemapatterns.appsettings.sync import after_migrate
from django_schemapatterns.exceptions import WrongSetting
from django_schemapatterns.forms import validation_error
from django_schemapatterns.models import ApplicationSetting
from example_project.shop.demo.browser import FormReader
from example_project.shop.models import Category, Contact, Order, Product
from tests.attributes.app.models import Article
from tests.example.making import make_order, make_product
from tests.softdelete_admin.desk import browser

pytestmark = pytest.mark.django_db
DEEP, LARGE = 1_000, 10_000_000
TEXTS: dict[str, str] = {
    "nothing": "",
    "a blank": " ",
    "NUL": "a\0b",
    "half a character": "a\ud800b",
    "not a number": "NaN",
    "infinity": "-Infinity",
    "a number beyond all": "9" * 5_000,
    "an exponent beyond all": "1e999999",
    "a number too small": "1e-999999",
    "digits of another script": "\u0661\u0662\u0663",
    "underscores": "1_0",
    "deep list": "[" * DEEP + "]" * DEEP,
    "deep object": '{"a":' * DEEP + "1" + "}" * DEEP,
    "a key twice": '{"pages": 1, "pages": 2}',
    "NaN in JSON": '{"more": NaN}',
    "half JSON": '{"more": ',
    "NUL in JSON": '{"more": "\\u0000"}',
    "a list": "[1]",
    "quotes": "'; DROP TABLE contacts; --",
    "percents": "%s %(x)s %",
    "markup": "<script>alert(1)</script>",
    "a turned line": "\u202eabc",
}
REFUSED = (DatabaseError, ValidationError, ValueError, TypeError, ArithmeticError)
COLUMNS: list[tuple[Any, str]] = [
    (Contact, "email"),
    (Contact, "phone"),
    (Contact, "balance"),
    (Product, "status"),
    (Product, "attributes"),
    (Product, "price"),
    (Order, "status"),
    (Article, "attributes"),
    (Product, "updated_at"),
]


def make(model: Any) -> Any:
    if model is Article:
        return Article.objects.create(attributes={"color": "red"})
    if model is Contact:
        return Contact.objects.create(email="kim@example.com", phone="+49 30 1234567")
    return make_product() if model is Product else make_order()


def snapshot(model: Any) -> list[tuple[Any, ...]]:
    """Return the rows as PostgreSQL shows them."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT row.*::text FROM {model._meta.db_table} AS row ORDER BY 1")
        return list(cursor.fetchall())


VALUES: dict[str, Any] = {
    **TEXTS,
    "NULL": None,
    "NaN itself": math.nan,
    "infinity itself": math.inf,
    "decimal NaN": Decimal("NaN"),
    "signalling NaN": Decimal("sNaN"),
    "decimal infinity": Decimal("Infinity"),
    "huge number": 10**4_000,
    "huge decimal": Decimal("1E+5000"),
    "true": True,
    "bytes": b"\xff\x00",
    "a set": {1},
    "deep Python": json.loads("[" * 500 + "]" * 500),
    "a loop": "loop",
    "document with NaN": {"color": "red", "weight": math.nan},
    "document with a number as key": {7: "seven"},
    "date": date(9999, 12, 31),
}
loop: list[Any] = []
loop.append(loop)
VALUES["a loop"] = loop


@pytest.mark.parametrize(("model", "name"), COLUMNS, ids=lambda value: getattr(value, "__name__", value))
def test_rows_that_are_saved_are_whole_or_not_at_all(model: Any, name: str) -> None:
    row = make(model)
    for value in VALUES.values():
        before = snapshot(model)
        copy = model._base_manager.get(pk=row.pk)
        setattr(copy, name, value)
        try:
            with transaction.atomic():
                copy.save()
        except (*REFUSED, RecursionError):
            assert snapshot(model) == before
        else:
            model._base_manager.get(pk=row.pk)


@pytest.mark.parametrize(("model", "name"), COLUMNS[:-1], ids=lambda value: getattr(value, "__name__", value))
def test_rows_that_are_validated_can_be_saved(model: Any, name: str) -> None:
    row = make(model)
    field = model._meta.get_field(name)
    for title, value in VALUES.items():
        copy = model._base_manager.get(pk=row.pk)
        try:
            cleaned = field.clean(value, copy)
        except ValidationError:
            continue
        setattr(copy, name, cleaned)
        with transaction.atomic():
            copy.save()
        assert model._base_manager.filter(pk=row.pk).exists(), title


@pytest.mark.parametrize(("model", "name"), COLUMNS, ids=lambda value: getattr(value, "__name__", value))
def test_raw_sql_is_refused_in_words_or_stored_and_read(model: Any, name: str) -> None:
    row = make(model)
    column, table = model._meta.get_field(name).column, model._meta.db_table
    for title, value in [
        *TEXTS.items(),
        ("10 MB", "x" * LARGE),
        ("JSON of 10 MB", f'{{"more": "{"x" * LARGE}"}}'),
    ]:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f'UPDATE {table} SET "{column}" = %s', [value])
        except DatabaseError as error:
            told = validation_error(error, model)
            assert told is not None, title
            assert all(told.messages), title
        except UnicodeEncodeError:
            pass
        else:
            model._base_manager.get(pk=row.pk)


@pytest.mark.parametrize(("model", "name"), COLUMNS[:-1], ids=lambda value: getattr(value, "__name__", value))
def test_forms_refuse_or_save(model: Any, name: str) -> None:
    row = make(model)
    Form = modelform_factory(model, fields=[name])
    inputs = list(FormReader(f'<form id="x_form">{Form(instance=row)}</form>').values)
    for title, text in [*TEXTS.items(), ("1 MB in each input", "x" * (LARGE // 10))]:
        form = Form(dict.fromkeys(inputs, text), instance=model._base_manager.get(pk=row.pk))
        if form.is_valid():
            with transaction.atomic():
                form.save()
        else:
            assert str(form.errors), title
        assert str(form)


PAGES = [
    ("shop_contact", Contact),
    ("shop_product", Product),
    ("shop_category", Category),
]


@pytest.mark.parametrize(("page", "model"), PAGES, ids=lambda value: getattr(value, "__name__", value))
def test_admin_never_fails(page: str, model: Any) -> None:
    client = browser()
    row = Category.objects.create(name="A", slug="a") if model is Category else make(model)
    address = reverse(f"admin:{page}_change", args=[row.pk])
    given = FormReader(client.get(address).text).values
    # Widgets of related rows and of JSON that are Django's own fail by themselves, on what is no number.
    skipped = {
        "csrfmiddlewaretoken",
        "dimensions",
        *(field.name for field in model._meta.fields if field.is_relation),
    }
    inputs = [name for name in given if "-" not in name and name not in skipped]
    for text in (text for title, text in TEXTS.items() if title != "half a character"):
        answer = client.post(address, {**given, **dict.fromkeys(inputs, text)})
        assert answer.status_code in {200, 302}


@pytest.mark.parametrize("title", [title for title in TEXTS if title != "half a character"])
def test_admin_search_and_filters_never_fail(title: str) -> None:
    client, text = browser(), TEXTS[title]
    make(Contact)

    for query in ({"q": text}, {"p": text}, {"o": text}, {"e": text}):
        assert client.get("/admin/shop/contact/", query).status_code in {200, 302, 400}
    assert client.get(iri_to_uri("/admin/shop/contact/x/change/")).status_code in {302, 404}


def test_request_of_ten_megabytes_is_refused_or_stored() -> None:
    client = browser()
    product = make_product()
    address = reverse("admin:shop_product_change", args=[product.pk])
    given = FormReader(client.get(address).text).values

    answer = client.post(address, {**given, "attributes__": json.dumps({"more": "x" * LARGE})})

    assert answer.status_code == 400  # DATA_UPLOAD_MAX_MEMORY_SIZE
    product.refresh_from_db()
    assert product.attributes == {}


def test_name_that_stands_twice_is_refused_where_somebody_types_and_the_last_counts_in_sql() -> None:
    product = make_product()
    Form = modelform_factory(Product, fields=["attributes"])
    form = Form({"attributes__": '{"more": 1, "more": 2}'}, instance=product)

    assert not form.is_valid()
    assert "occurs twice" in str(form.errors)
    with connection.cursor() as cursor:
        cursor.execute("""UPDATE products SET attributes = '{"more": 1, "more": 2}'""")
    product.refresh_from_db()
    assert product.attributes == {"more": 2}


SETTINGS: list[tuple[str, type, Any]] = [
    ("text", str, "a"),
    ("whole", int, 1),
    ("number", Decimal, Decimal(1)),
    ("truth", bool, True),
    ("day", date, date(2026, 1, 1)),
    ("moment", datetime, datetime(2026, 1, 1, tzinfo=UTC)),
    ("span", timedelta, timedelta(days=1)),
    ("document", dict, {}),
    ("listed", list, []),
]


@pytest.fixture
def setting(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Any:
    key, kind, default = request.param
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    made = appsettings.register(f"bad.{key}", kind, default=default)
    after_migrate("default")
    return made


by_kind = pytest.mark.parametrize("setting", SETTINGS, ids=lambda each: each[0], indirect=True)


@by_kind
def test_settings_refuse_or_keep(setting: Any) -> None:
    for title, value in [*VALUES.items(), ("10 MB", "x" * LARGE)]:
        before = appsettings.get_setting(setting)
        try:
            with transaction.atomic():
                appsettings.set_setting(setting, value)
        except ValidationError:
            assert appsettings.get_setting(setting) == before, title
        else:
            assert appsettings.get_setting(setting) == value, title


@by_kind
def test_settings_in_raw_sql_are_refused_in_words_or_read(setting: Any) -> None:
    row = ApplicationSetting.objects.get(category="bad", key=setting.key)
    texts = [json.dumps(text) for text in TEXTS.values()] + list(TEXTS.values())
    for text in [*texts, "null", "true", "1e400", "9" * 200, "1e200000", '"9999-99-99"', '"infinity"']:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(
                    "UPDATE schemapatterns.application_setting SET value = %s WHERE id = %s", [text, row.pk]
                )
        except DatabaseError as error:
            told = validation_error(error, ApplicationSetting)
            assert told is not None, text[:50]
        except UnicodeEncodeError:
            pass
        else:
            with suppress(WrongSetting):  # a list is JSON as well as an object is
                appsettings.get_setting(setting)


@by_kind
def test_settings_in_the_admin_never_fail(setting: Any, client: Client) -> None:
    client = browser()
    row = ApplicationSetting.objects.get(category="bad", key=setting.key)
    address = reverse("admin:schemapatterns_applicationsetting_change", args=[row.pk])
    for title, text in TEXTS.items():
        if title == "half a character":
            continue
        row.refresh_from_db()
        posted = {"new_value": text, "new_value_0": text, "new_value_1": text, "version": row.version}
        assert client.post(address, posted).status_code in {200, 302}, title
        assert client.get(address).status_code == 200, title
