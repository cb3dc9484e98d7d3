"""Whatever the database refuses is told at its field, in words, and the transaction goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any, cast

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, ProgrammingError, connection, transaction
from django.db.models import F
from django.utils import translation

from django_schemapatterns.exceptions import ParentDeleted, RestoreConflict
from django_schemapatterns.forms import as_validation_errors, validation_error
from django_schemapatterns.schema.errors import Diagnosis
from example_project.accounts.models import Role, User, UserProfile, UserRole
from example_project.shop.models import Category, Contact, Order, OrderItem, Product, ProductVariant, Vendor
from tests.example.making import item_values, make_item, make_order, make_product, make_user, user_values

pytestmark = pytest.mark.django_db


def contact(**changed: Any) -> Contact:
    return Contact(**{"email": "kim@example.com", "phone": "+49 30 1234567", **changed})


def twice(kind: Any, field: str, **values: Any) -> Any:
    kind.objects.create(**values)
    return kind(**{**values, "pk": None})


def unsold(**changed: Any) -> OrderItem:
    return OrderItem(order=make_order(), **item_values(**{"product": make_product(), **changed}))


def below(**changed: Any) -> ProductVariant:
    gone = make_product()
    gone.delete()
    return ProductVariant(product=gone, name="S", sku="S-1")


SAVED: dict[str, tuple[Callable[[], Any], dict[str, list[str]]]] = {
    "not null": (
        lambda: Category(name=cast("Any", None), slug="x"),
        {"name": ["This field cannot be null."]},
    ),
    "unique by constraint": (
        lambda: twice(Category, "slug", name="A", slug="a"),
        {"slug": ["Category with this Slug already exists."]},
    ),
    "unique among alive": (
        lambda: Product(name="B", slug="b", sku=make_product(sku="TAKEN").sku, price=1),
        {"sku": ["Product with this SKU already exists."]},
    ),
    "check of one field": (
        lambda: Product(name="B", slug="b", sku="b", price=-1),
        {"price": ["The price must not be negative."]},
    ),
    "domain": (lambda: contact(email="kim"), {"email": ["Enter a valid email address."]}),
    "domain of two fields": (
        lambda: contact(balance=Decimal(-3)),
        {"balance": ["The value must not be negative."]},
    ),
    "attributes": (
        lambda: Product(name="B", slug="b", sku="b", price=1, attributes={"pages": 0}),
        {"attributes": ["pages must be a whole number of at least 1."]},
    ),
    "positive number": (
        lambda: Vendor(name="V", code="V", lead_time_days=-1),
        {"lead_time_days": ["Ensure this value is greater than or equal to 0."]},
    ),
    "too long": (
        lambda: Vendor(name="V", code="V" * 51),
        {"code": ["Ensure this value has at most 50 characters (it has 51)."]},
    ),
    "too large": (
        lambda: Vendor(name="V", code="V", lead_time_days=40_000),
        {"lead_time_days": ["Ensure this value is less than or equal to 32767."]},
    ),
    "too many digits": (
        lambda: Product(name="B", slug="b", sku="b", price=Decimal("123456789.1")),
        {"price": ["Ensure that there are no more than 8 digits before the decimal point."]},
    ),
    "null character": (
        lambda: Category(name="a\0b", slug="x"),
        {"name": ["Null characters are not allowed."]},
    ),
    "exclusion": (
        lambda: make_product().promotions.model(
            product=make_promoted(),
            name="B",
            discount_percent=5,
            start_date=date(2025, 5, 2),
            end_date=date(2025, 5, 3),
        ),
        {"__all__": ["This period overlaps that of A (May 1, 2025 \u2013 May 10, 2025)."]},
    ),
    "deleted parent": (below, {"product": ["This product is deleted. Choose another one, or restore it."]}),
}


def make_promoted() -> Product:
    product = make_product()
    product.promotions.create(
        name="A", discount_percent=5, start_date=date(2025, 5, 1), end_date=date(2025, 5, 10)
    )
    return product


@pytest.mark.parametrize("case", SAVED)
def test_refused_row_is_told_at_its_field_and_the_transaction_goes_on(case: str) -> None:
    make, expected = SAVED[case]
    row = make()

    with pytest.raises(ValidationError) as caught, as_validation_errors(instance=row):
        row.save()

    assert caught.value.message_dict == expected
    assert row._state.adding
    assert type(row)._base_manager.filter(pk=row.pk).count() == 0


def run(sql: str, *params: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, params)


RAW: dict[str, tuple[str, type, dict[str, list[str]]]] = {
    "enum": (
        "UPDATE products SET status = 'lost'",
        Product,
        {"status": ["Value 'lost' is not a valid choice."]},
    ),
    "domain": (
        "UPDATE contacts SET phone = '1'",
        Contact,
        {"phone": ["Enter 10 to 20 digits, as in +49 30 1234567."]},
    ),
    "missing target": (
        "UPDATE order_items SET product_id = -1",
        OrderItem,
        {"product": ["product instance with id '-1' "]},
    ),
    "missing target of Django's own key": (
        "UPDATE categories SET parent_id = -1",
        Category,
        {"parent": ["category instance with id '-1' "]},
    ),
    "restricted by the database": (
        "SELECT schemapatterns.hard_delete('products', min(id)) FROM products",
        Product,
        {"__all__": ["This can not be deleted or changed while order items point at it."]},
    ),
    "too long, in nobody's row": (
        "UPDATE categories SET name = repeat('a', 300)",
        Category,
        {"__all__": ["Use at most 255 characters."]},
    ),
    "too long, of a length that only one field has": (
        "UPDATE vendors SET phone = repeat('1', 30)",
        Vendor,
        {"phone": ["Use at most 20 characters."]},
    ),
    "too large, in nobody's row": (
        "UPDATE products SET price = 1e9",
        Product,
        {"__all__": ["A value is too long, too large or of another kind than its column can hold."]},
    ),
}


@pytest.fixture
def rows() -> None:
    make_item()
    contact().save()
    Category.objects.create(name="A", slug="a")
    Vendor.objects.create(name="V", code="V")


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("case", RAW)
def test_refused_statement_is_told_at_its_field(case: str) -> None:
    sql, model, expected = RAW[case]

    with pytest.raises(ValidationError) as caught, as_validation_errors(model):
        run(sql)

    told = caught.value.message_dict
    assert list(told) == list(expected)
    for field, [text] in expected.items():
        assert told[field][0].startswith(text)


def test_two_fields_together_are_told_above_the_form() -> None:
    role = UserRole.objects.create(user=make_user(), role=Role.objects.create(name="Support"))

    with pytest.raises(ValidationError) as caught, as_validation_errors(UserRole):
        UserRole.objects.bulk_create([UserRole(user=role.user, role=role.role)])

    assert caught.value.message_dict == {"__all__": ["User role with this User and Role already exists."]}


def test_row_in_use_is_told_without_the_model_that_is_asked() -> None:
    item = make_item()

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        item.product.hard_delete()

    told = validation_error(caught.value)
    assert told
    assert told.messages == ["This can not be deleted or changed while order items point at it."]


def test_error_that_is_ours_already_is_told_as_well() -> None:
    first = make_product(sku="A")
    first.delete()
    make_product(sku="A")

    with pytest.raises(RestoreConflict) as conflict, transaction.atomic():
        first.restore()

    told = validation_error(conflict.value, Product)
    assert told
    assert told.message_dict == {"sku": ["Product with this SKU already exists."]}


def test_deleted_parent_is_told_at_the_foreign_key() -> None:
    user = make_user()
    profile = UserProfile.objects.create(user=user)
    user.delete()
    profile.refresh_from_db()

    with pytest.raises(ParentDeleted) as caught, transaction.atomic():
        profile.restore()

    told = validation_error(caught.value)
    assert told
    assert list(told.message_dict) == ["user"]


def test_other_errors_stay_what_they_are() -> None:
    make_product()

    with pytest.raises(DataError, match="division by zero"), as_validation_errors(Product):
        Product.objects.update(price=F("price") / 0)
    with pytest.raises(ProgrammingError, match="no_such_table"), as_validation_errors(Product):
        run("SELECT 1 FROM no_such_table")
    with pytest.raises(ZeroDivisionError), as_validation_errors(Product):
        1 / 0  # noqa: B018


def test_somebody_elses_rule_is_named() -> None:
    make_product()
    run("ALTER TABLE products ADD CONSTRAINT cheap CHECK (price < 100)")

    with pytest.raises(ValidationError) as caught, as_validation_errors(Product):
        Product.objects.update(price=200)

    assert caught.value.messages == ["The row breaks the rule “cheap” of the database."]


def test_unique_index_that_a_model_does_not_know_is_told_at_its_column() -> None:
    make_product(name="Same")
    run("CREATE UNIQUE INDEX ON products (name)")

    with pytest.raises(ValidationError) as caught, as_validation_errors(Product):
        make_product(name="Same")

    assert caught.value.message_dict == {"name": ["Product with this Name already exists."]}


def test_row_of_a_partition_is_told_by_its_columns() -> None:
    run("CREATE TABLE parted (id bigint, name text, slug text, UNIQUE (slug)) PARTITION BY LIST (slug)")
    run("CREATE TABLE part PARTITION OF parted FOR VALUES IN ('a')")

    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        run("INSERT INTO parted (id, name, slug) VALUES (1, 'A', 'a'), (2, 'B', 'a')")

    told = validation_error(caught.value, Category)
    assert told
    assert told.message_dict == {"slug": ["Category with this Slug already exists."]}


def test_index_that_can_not_hold_a_value_is_named_by_its_field() -> None:
    Vendor.objects.create(name="V", code="V")
    run("ALTER TABLE vendors ALTER code TYPE text")

    with pytest.raises(ValidationError) as caught, as_validation_errors(Vendor):
        run(
            "UPDATE vendors SET code = (SELECT string_agg(md5(i::text), '') FROM generate_series(1, 99) AS i)"
        )

    assert caught.value.message_dict == {"code": ["This value is too long to be looked up by."]}


def test_texts_are_in_the_language_of_who_reads_them() -> None:
    row = Category(name=cast("Any", None), slug="x")

    with pytest.raises(ValidationError) as caught, as_validation_errors(instance=row):
        row.save()

    with translation.override("de"):
        assert caught.value.message_dict == {"name": ["Dieses Feld darf nicht null sein."]}


def test_names_are_read_from_an_error_in_another_language() -> None:
    german = Diagnosis("23505", detail='Schlüssel (a, "B")=(1, 2) existiert bereits.')

    assert german.key_columns == ("a", "B")
    assert german.key_value == "1, 2"
    assert Diagnosis("23505").key_columns == ()


def test_error_within_a_broken_transaction_is_told_without_asking_the_database() -> None:
    promoted = make_promoted()
    row = promoted.promotions.model(
        product=promoted, name="B", discount_percent=5, start_date=date(2025, 5, 2), end_date=date(2025, 5, 3)
    )

    with transaction.atomic():
        with pytest.raises(IntegrityError) as caught:
            row.save()
        told = validation_error(caught.value, instance=row)
        transaction.set_rollback(True)

    assert told
    assert told.messages


def test_block_without_a_model_is_refused() -> None:
    with pytest.raises(TypeError, match="needs a model"), as_validation_errors():
        pass


def test_unsaved_values_of_an_order_are_found() -> None:
    order = Order(user=User.objects.create(**user_values()), order_number="1", total=-1)

    with pytest.raises(ValidationError) as caught, as_validation_errors(instance=order):
        order.save()

    assert caught.value.message_dict == {"total": ["No amount of an order may be negative."]}


@pytest.fixture
def clerk() -> None:
    """Act as a role that may write contacts of its own alone."""
    contact().save()
    run("CREATE ROLE errors_clerk")
    run("GRANT SELECT, INSERT, UPDATE ON contacts TO errors_clerk")
    run("ALTER TABLE contacts ENABLE ROW LEVEL SECURITY, DISABLE TRIGGER USER")
    run("CREATE POLICY small ON contacts TO errors_clerk USING (true) WITH CHECK (balance < 10)")
    run("SET LOCAL ROLE errors_clerk")


@pytest.mark.usefixtures("clerk")
def test_policy_is_told_above_the_form() -> None:
    with pytest.raises(ValidationError) as caught, as_validation_errors(Contact):
        Contact.objects.update(balance=20)

    assert caught.value.message_dict == {"__all__": ["You may not write this row, as it would be then."]}


@pytest.mark.usefixtures("clerk")
def test_right_that_a_role_lacks_stays_an_error() -> None:
    with pytest.raises(ProgrammingError, match="permission denied"), as_validation_errors(Contact):
        Contact.objects.all().delete()
