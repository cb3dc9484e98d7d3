"""What every field of ours has to do that is easily forgotten."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models

from django_schemapatterns import fields
from django_schemapatterns.forms import as_validation_errors
from example_project.accounts.models import User
from example_project.shop.models import Contact, Order, OrderStatus, Product, ProductStatus
from tests.attributes.app.models import Article
from tests.example.making import make_order, make_product, make_user
from tests.schema.story import Story

pytestmark = pytest.mark.django_db


def contact() -> Contact:
    return Contact.objects.create(email="kim@example.com", phone="+49 30 1234567", balance=Decimal("1.50"))


def article() -> Article:
    return Article.objects.create(attributes={"color": "red", "weight": Decimal("1.50")})


MADE: list[tuple[Any, str, Any]] = [
    (contact, "email", "kim@example.com"),
    (contact, "phone", "+49 30 1234567"),
    (contact, "balance", Decimal("1.50")),
    (make_product, "status", ProductStatus.DRAFT),
    (make_order, "status", OrderStatus.PENDING),
    (article, "attributes", {"color": "red", "weight": Decimal("1.50")}),
]


@pytest.mark.parametrize(("make", "name", "value"), MADE)
def test_field_that_is_deferred_is_read_when_it_is_asked_for(make: Any, name: str, value: Any) -> None:
    row = make()
    model = type(row)

    deferred = model._base_manager.defer(name).get(pk=row.pk)
    assert name in deferred.get_deferred_fields()
    assert getattr(deferred, name) == value

    unread = model._base_manager.only("pk").get(pk=row.pk)
    unread.save()
    row.refresh_from_db()
    assert getattr(row, name) == value


@pytest.mark.parametrize(("make", "name", "value"), MADE)
def test_conversions_change_nothing_the_second_time(make: Any, name: str, value: Any) -> None:
    field = type(make())._meta.get_field(name)

    assert field.to_python(field.to_python(value)) == field.to_python(value) == value
    assert field.get_prep_value(field.get_prep_value(value)) == field.get_prep_value(value)
    assert field.to_python(None) is None


@pytest.mark.parametrize(("make", "name", "value"), MADE)
def test_field_copies_and_pickles_with_its_row(make: Any, name: str, value: Any) -> None:
    import copy
    import pickle

    row = make()

    assert getattr(copy.deepcopy(row), name) == getattr(pickle.loads(pickle.dumps(row)), name) == value


def test_domain_whose_name_begins_like_a_type_has_no_second_index() -> None:
    class TextCode(fields.DomainField, models.CharField):  # type: ignore[type-arg]
        domain = "text_code"
        sizes = {"max_length": 20}

    def tree() -> Any:
        class Tree(models.Model):
            code = TextCode(unique=True)

            class Meta:
                app_label = "testapp"

            def __str__(self) -> str:
                return str(self.code)

        return Tree

    Story(tree)

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_indexes WHERE tablename = 'testapp_tree'")
        assert cursor.fetchone() == (2,)  # of the primary key, and of the unique field


@pytest.mark.usefixtures("binding")
def test_attributes_are_asked_and_set_wherever_parameters_meet_the_statement() -> None:
    Article.objects.create(
        attributes={"color": "red", "weight": Decimal("1.50"), "tags": ["a", "b"], "pages": 7}
    )
    rows = Article.objects.all()

    for lookups in (
        {"color": "red"},
        {"weight": Decimal("1.5")},
        {"weight__gte": 1, "weight__lt": 2},
        {"pages__range": (1, 9)},
        {"tags__has": "a"},
        {"tags__has_any": ["x", "b"]},
        {"color__in": ["red", "blue"]},
        {"color__startswith": "r"},
        {"name": None},
    ):
        assert rows.filter_attributes(**lookups).count() == 1, lookups
        assert rows.exclude_attributes(**lookups).count() == 0, lookups
    assert rows.set_attributes(color="blue", weight=Decimal("0.1")) == 1
    assert rows.unset_attribute("tags") == 1
    assert rows.get().attributes == {"color": "blue", "weight": Decimal("0.1"), "pages": 7}
    assert rows.facets("color") == {"blue": 1}


def test_errors_tell_nothing_of_other_rows() -> None:
    make_user(username="ada_the_first", email="ada@secret.example")
    other = make_user()

    for name, value in (("username", "ada_the_first"), ("email", "ada@secret.example")):
        with pytest.raises(ValidationError) as told, as_validation_errors(User):
            User.objects.filter(pk=other.pk).update(**{name: value})
        assert value not in str(told.value)


def test_order_of_an_enum_is_kept_in_aggregates_and_sets() -> None:
    make_order(status=OrderStatus.SHIPPED)
    make_order(status=OrderStatus.PENDING)

    assert Order.objects.aggregate(first=models.Min("status"))["first"] == OrderStatus.PENDING
    assert Order.objects.filter(status__gt=OrderStatus.PENDING).count() == 1
    union = Order.objects.values_list("status").union(Product.objects.none().values_list("status"))
    assert set(union) == {(OrderStatus.SHIPPED,), (OrderStatus.PENDING,)}
