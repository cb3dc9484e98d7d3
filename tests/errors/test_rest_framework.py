"""What the database refuses is a 400 of Django REST framework, with the fields."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client

from example_project.shop.models import Category, Product
from tests.errors.test_forms import somebody_is_faster
from tests.example.making import make_product

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.errors.urls")]
HANDLER = {"EXCEPTION_HANDLER": "django_schemapatterns.rest_framework.exception_handler"}


@pytest.fixture
def handled(settings: Any) -> None:
    settings.REST_FRAMEWORK = HANDLER


@pytest.mark.usefixtures("handled")
def test_taken_value_is_a_bad_request() -> None:
    Category.objects.create(name="Rival", slug="chairs")

    answer = Client().post("/api/careful/", {"title": "Chairs", "slug": "chairs"})

    assert answer.status_code == 400
    assert answer.json() == {"slug": ["Category with this Slug already exists."]}


def test_serializer_answers_without_the_handler_and_by_its_own_names() -> None:
    answer = Client().post("/api/careful/", {"title": "x\0", "slug": "chairs"})
    assert answer.status_code == 400

    with connection.cursor() as cursor:
        cursor.execute("CREATE UNIQUE INDEX ON categories (name)")
    Category.objects.create(name="Chairs", slug="rival")

    answer = Client().post("/api/careful/", {"title": "Chairs", "slug": "chairs"})

    assert answer.status_code == 400
    assert answer.json() == {"title": ["Category with this Name already exists."]}
    assert Category.objects.count() == 1


@pytest.mark.usefixtures("handled")
def test_handler_serves_serializers_that_know_nothing() -> None:
    Category.objects.create(name="Rival", slug="chairs")

    with transaction.atomic():
        answer = Client().post("/api/categories/", {"title": "Chairs", "slug": "chairs"})
        transaction.set_rollback(True)

    assert answer.status_code == 400
    assert answer.json() == {"slug": ["Category with this Slug already exists."]}


@pytest.mark.usefixtures("handled")
@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"price": -1}, "price"),
        ({"attributes": {"pages": 0}}, "attributes"),
        ({"compare_price": 1}, "compare_price"),
    ],
)
def test_rule_of_the_table_is_a_bad_request_at_its_field(changed: dict[str, Any], field: str) -> None:
    values = {"name": "A", "slug": "a", "sku": "a", "price": 2, **changed}

    answer = Client().post("/api/products/", values, content_type="application/json")

    assert answer.status_code == 400
    assert list(answer.json()) == [field]


@pytest.mark.usefixtures("handled")
def test_fields_of_ours_are_read_and_written() -> None:
    values = {
        "name": "A",
        "slug": "a",
        "sku": "a",
        "price": 2,
        "status": "active",
        "attributes": {"pages": 3},
    }

    answer = Client().post("/api/products/", values, content_type="application/json")

    assert answer.status_code == 201, answer.json()
    assert answer.json()["status"] == "active"
    assert Product.objects.get().attributes == {"pages": 3}
    wrong = Client().post("/api/products/", {**values, "status": "lost"}, content_type="application/json")
    assert wrong.status_code == 400
    assert list(wrong.json())[0:1] in (["slug"], ["sku"], ["status"])


@pytest.mark.usefixtures("handled")
def test_race_is_a_bad_request() -> None:
    rival = Category(name="Rival", slug="chairs")

    with somebody_is_faster(Category, lambda: Category.objects.bulk_create([rival])):
        answer = Client().post("/api/careful/", {"title": "Chairs", "slug": "chairs"})

    assert answer.status_code == 400
    assert not Category.objects.exists()


@pytest.mark.usefixtures("handled")
def test_value_of_an_alive_row_is_taken_and_that_of_a_deleted_one_is_free() -> None:
    gone = make_product(sku="GONE")
    gone.delete()
    make_product(sku="TAKEN")
    values = {"name": "A", "slug": "a", "price": 2}

    free = Client().post("/api/products/", {**values, "sku": "GONE"}, content_type="application/json")
    values["slug"] = "b"
    taken = Client().post("/api/products/", {**values, "sku": "TAKEN"}, content_type="application/json")

    assert free.status_code == 201, free.json()
    assert taken.status_code == 400
    assert list(taken.json()) == ["sku"]


@pytest.mark.usefixtures("handled")
def test_other_errors_are_not_hidden() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE categories RENAME sort_order TO place")
    client = Client(raise_request_exception=False)

    assert client.post("/api/careful/", {"title": "Chairs", "slug": "chairs"}).status_code == 500
