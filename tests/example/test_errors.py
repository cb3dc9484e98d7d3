"""Every rule of every table: a form says which field breaks it, and raw SQL is refused by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, models, transaction
from django.forms import modelform_factory
from pytest_django import DjangoDbBlocker

from django_schemapatterns.constraints import Check, NoOverlap, UniqueAlive
from django_schemapatterns.forms import as_validation_errors, validation_error
from example_project.accounts.models import Role, User, UserProfile, UserRole
from example_project.database import DatabaseForeignKey
from example_project.shop.demo.browser import FormReader
from example_project.shop.models import (
    Brand,
    Category,
    Contact,
    Order,
    OrderItem,
    Product,
    ProductPromotion,
    ProductVariant,
    Vendor,
)
from tests.example.making import make_item, make_order, make_product, make_user

pytestmark = pytest.mark.django_db
OURS = [model for label in ("accounts", "shop") for model in apps.get_app_config(label).get_models()]
TABLES = [model for model in OURS if model._meta.managed and not model._meta.proxy]


@dataclass(frozen=True)
class Broken:
    """Values that break one rule, and what is said about it."""

    model: Any
    values: dict[str, Any]
    rule: str
    field: str
    text: str
    whole: bool = False  # in a statement nobody knows which of the fields it is

    def __str__(self) -> str:
        [(name, value)] = self.values.items()
        return f"{self.model._meta.db_table} {name}={value!r}"


EMAIL = "Enter a valid email address."
PHONE = "Enter 10 to 20 digits, as in +49 30 1234567."
USERNAME = "Use 3 to 50 letters, digits and underscores."
NAMES = "First and last name must not be blank."
INVENTORY = "Tracked products need a quantity of 0 or more, others have none."
AMOUNTS = "No amount of an order may be negative."
COUNTRY = "Enter a country as two capital letters."
PRICES = "Prices must not be negative."
DISCOUNT = "Give a discount above 0 and up to 100 percent."
COMPARED = "The compare price must not be below the price."
NOT_NEGATIVE = "The price must not be negative."

# A form does not ask the table about what its fields have refused.
SAID_BEFORE = {
    "User.first_name": "This field is required.",
    "User.last_name": "This field is required.",
    "Product.price": "Ensure this value is greater than or equal to 0.",
    "Product.cost_price": "Ensure this value is greater than or equal to 0.",
    "OrderItem.quantity": "Ensure this value is greater than or equal to 1.",
}
BROKEN = [
    Broken(User, {"email": "nobody"}, "format", "email", EMAIL),
    Broken(User, {"phone": "12345"}, "format", "phone", PHONE),
    Broken(User, {"username": "ab"}, "users_username_format", "username", USERNAME),
    Broken(User, {"first_name": "\t"}, "users_names_not_blank", "first_name", NAMES, whole=True),
    Broken(User, {"last_name": "\t"}, "users_names_not_blank", "last_name", NAMES, whole=True),
    Broken(Product, {"price": -1}, "products_price_not_negative", "price", NOT_NEGATIVE),
    Broken(
        Product, {"compare_price": 39}, "products_compare_price_not_below_price", "compare_price", COMPARED
    ),
    Broken(
        Product,
        {"cost_price": -1},
        "products_cost_price_not_negative",
        "cost_price",
        "The cost price must not be negative.",
    ),
    Broken(
        Product,
        {"inventory_quantity": -1},
        "products_inventory_matches_tracking",
        "inventory_quantity",
        INVENTORY,
    ),
    Broken(
        Product,
        {"inventory_tracking": False},
        "products_inventory_matches_tracking",
        "inventory_quantity",
        INVENTORY,
    ),
    Broken(ProductVariant, {"price": -1}, "product_variants_price_not_negative", "price", NOT_NEGATIVE),
    Broken(
        ProductVariant,
        {"inventory_quantity": -1},
        "product_variants_inventory_not_negative",
        "inventory_quantity",
        "The quantity must not be negative.",
    ),
    *(
        Broken(Order, {amount: -1}, "orders_amounts_not_negative", amount, AMOUNTS, whole=True)
        for amount in ("subtotal", "tax_total", "shipping_total", "discount_total", "total")
    ),
    Broken(
        Order,
        {"currency": "usd"},
        "orders_currency_format",
        "currency",
        "Enter a currency as three capital letters.",
    ),
    Broken(Order, {"billing_country": "de"}, "orders_country_format", "billing_country", COUNTRY, whole=True),
    Broken(
        Order, {"shipping_country": "D"}, "orders_country_format", "shipping_country", COUNTRY, whole=True
    ),
    Broken(OrderItem, {"quantity": 0}, "order_items_quantity_positive", "quantity", "Order at least one."),
    Broken(
        OrderItem, {"unit_price": -1}, "order_items_prices_not_negative", "unit_price", PRICES, whole=True
    ),
    Broken(
        OrderItem, {"total_price": -1}, "order_items_prices_not_negative", "total_price", PRICES, whole=True
    ),
    Broken(
        ProductPromotion,
        {"discount_percent": 0},
        "product_promotions_discount_range",
        "discount_percent",
        DISCOUNT,
    ),
    Broken(
        ProductPromotion,
        {"discount_percent": 101},
        "product_promotions_discount_range",
        "discount_percent",
        DISCOUNT,
    ),
    Broken(Contact, {"email": "nobody"}, "format", "email", EMAIL),
    Broken(Contact, {"phone": "call me"}, "format", "phone", PHONE),
    Broken(Contact, {"balance": -1}, "range", "balance", "The value must not be negative."),
]


class Rows:
    """A row of every table, that obeys every rule; read anew by whoever asks."""

    def __init__(self, made: list[Any]) -> None:
        self.keys = {type(row): row.pk for row in made}

    def __getitem__(self, model: Any) -> Any:
        return model._base_manager.get(pk=self.keys[model])


@pytest.fixture(scope="module")
def stock(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Rows]:
    with django_db_blocker.unblock(), transaction.atomic():
        yield Rows(made())
        transaction.set_rollback(True)


@pytest.fixture
def rows(stock: Rows, db: None) -> Rows:
    return stock


def made() -> list[Any]:
    item = make_item()
    product, user = item.product, item.order.user
    role = Role.objects.create(name="Support")
    days = {"start_date": date(2025, 5, 1), "end_date": date(2025, 5, 10)}
    return [
        item,
        product,
        item.order,
        user,
        role,
        Contact.objects.create(email="kim@example.com", phone="+49 30 1234567"),
        Category.objects.create(name="Chairs", slug="chairs"),
        Brand.objects.create(name="Oak", slug="oak"),
        Vendor.objects.create(name="Oak", code="OAK"),
        UserProfile.objects.create(user=user),
        UserRole.objects.create(user=user, role=role),
        ProductVariant.objects.create(product=product, name="S", sku="S"),
        ProductPromotion.objects.create(product=product, name="Sale", discount_percent=10, **days),
    ]


def filled_in(row: Any, **changed: Any) -> Any:
    """Return the form of a row as somebody sends it, with some values changed."""
    known = [field.name for field in row._meta.concrete_fields if field.editable and not field.primary_key]
    Form = modelform_factory(
        type(row), fields=[name for name in known if name not in ("password", "website")]
    )
    page = FormReader(f'<form id="row_form">{Form(instance=row)}</form>')
    data = {name: values[0] for name, values in page.values.items() if values}
    given = {name: "" if value is False else value for name, value in changed.items()}
    return Form({**data, **given}, instance=row)


def set_in_sql(model: Any, name: str, value: Any) -> None:
    column, table = model._meta.get_field(name).column, model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f'UPDATE {table} SET "{column}" = %s', [value])


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_form_names_the_field(broken: Broken, rows: Rows) -> None:
    form = filled_in(rows[broken.model], **broken.values)

    assert not form.is_valid()
    assert list(form.errors) == [broken.field]
    expected = SAID_BEFORE.get(f"{broken.model.__name__}.{broken.field}", broken.text)
    assert expected in form.errors[broken.field]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_raw_sql_is_refused_by_name_and_told_in_words(broken: Broken) -> None:
    [(name, value)] = broken.values.items()

    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        set_in_sql(broken.model, name, value)

    assert refused.value.__cause__.diag.constraint_name == broken.rule  # type: ignore[union-attr]
    told = validation_error(refused.value, broken.model)
    assert told
    place = "__all__" if broken.whole or broken.rule == "format" else broken.field
    assert told.message_dict in ({place: [broken.text]}, {broken.field: [broken.text]})


@pytest.mark.parametrize("broken", BROKEN, ids=str)
def test_row_that_is_saved_unvalidated_names_the_field(broken: Broken, rows: Rows) -> None:
    row = rows[broken.model]
    for name, value in broken.values.items():
        setattr(row, name, value)

    with pytest.raises(ValidationError) as told, as_validation_errors(instance=row):
        row.save()

    assert told.value.message_dict == {broken.field: [broken.text]}


def test_every_check_of_every_table_is_broken_above() -> None:
    named = {each.name for model in TABLES for each in model._meta.constraints if isinstance(each, Check)}

    assert named - {"categories_not_own_parent"} == {each.rule for each in BROKEN} - {"format", "range"}


def test_category_is_not_its_own_parent(rows: Rows) -> None:
    category = rows[Category]
    form = filled_in(category, parent=category.pk)

    assert list(form.errors) == ["parent"]
    with pytest.raises(ValidationError) as told, as_validation_errors(Category):
        set_in_sql(Category, "parent", category.pk)
    assert told.value.message_dict == {"parent": ["A category cannot be its own parent."]}


def test_no_check_is_of_django_alone() -> None:
    plain = [
        each.name
        for model in TABLES
        for each in model._meta.constraints
        if type(each) is models.CheckConstraint
    ]

    assert plain == []


def uniques() -> Iterator[tuple[Any, str]]:
    for model in TABLES:
        for rule in model._meta.constraints:
            if isinstance(rule, models.UniqueConstraint) and len(rule.fields) == 1:
                yield model, rule.fields[0]


@pytest.mark.parametrize(("model", "field"), list(uniques()), ids=str)
def test_taken_value_is_told_at_its_field(model: Any, field: str, rows: Rows) -> None:
    taken = rows[model]
    makers: dict[Any, Callable[[], Any]] = {
        User: make_user,
        Product: make_product,
        Order: make_order,
        ProductVariant: lambda: ProductVariant.objects.create(product=make_product(), name="M", sku="M"),
        Category: lambda: Category.objects.create(name="Stools", slug="stools"),
        Brand: lambda: Brand.objects.create(name="Ash", slug="ash"),
        Vendor: lambda: Vendor.objects.create(name="Ash", code="ASH"),
        Role: lambda: Role.objects.create(name="Sales"),
    }
    form = filled_in(makers[model](), **{field: getattr(taken, field)})

    assert list(form.errors) == [field]
    with pytest.raises(ValidationError) as told, as_validation_errors(model):
        set_in_sql(model, field, getattr(taken, field))
    assert told.value.message_dict == {field: form.errors[field]}


def references() -> Iterator[tuple[Any, str]]:
    for model in TABLES:
        fields: list[Any] = [*model._meta.local_fields]
        for field in fields:
            named = [each.field for each in model._meta.constraints if isinstance(each, DatabaseForeignKey)]
            if field.is_relation and model in MADE and (field.db_constraint or field.name in named):
                yield model, field.name


MADE = [
    *(User, UserProfile, Role, UserRole, Category, Brand, Vendor, Contact),
    *(Product, ProductVariant, ProductPromotion, Order, OrderItem),
]


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(("model", "field"), list(references()), ids=str)
def test_missing_target_is_told_at_the_foreign_key(model: Any, field: str) -> None:
    with pytest.raises(ValidationError) as told, as_validation_errors(model):
        set_in_sql(model, field, -1)

    assert list(told.value.message_dict) == [field]


def needed() -> Iterator[tuple[Any, str]]:
    for model in MADE:
        for field in model._meta.local_concrete_fields:
            if not field.null and not field.generated and not field.primary_key:
                yield model, field.name


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize("model", MADE, ids=lambda model: model._meta.db_table)
def test_missing_value_is_told_at_its_field(model: Any) -> None:
    kept = {"updated_at", "order_created_at"}  # by a trigger, whatever is written
    for field in [name for each, name in needed() if each is model and name not in kept]:
        with pytest.raises(ValidationError) as told, as_validation_errors(model):
            set_in_sql(model, field, None)
        assert told.value.message_dict == {field: ["This field cannot be null."]}


@pytest.mark.usefixtures("rows")
@pytest.mark.parametrize(
    ("model", "field"), [(User, "status"), (Product, "status"), (Product, "visibility"), (Order, "status")]
)
def test_label_that_an_enum_has_not_is_told_at_its_field(model: Any, field: str, rows: Rows) -> None:
    form = filled_in(rows[model], **{field: "lost"})
    assert list(form.errors) == [field]

    with pytest.raises(ValidationError) as told, as_validation_errors(model):
        set_in_sql(model, field, "lost")

    assert told.value.message_dict == {field: ["Value 'lost' is not a valid choice."]}


def test_promotions_of_a_product_that_overlap_are_told(rows: Rows) -> None:
    first = rows[ProductPromotion]
    second = ProductPromotion.objects.create(
        product=first.product, name="More", discount_percent=5, start_date="2025-06-01", end_date="2025-06-02"
    )
    form = filled_in(second, start_date="2025-05-02", end_date="2025-05-03")

    assert "This period overlaps that of Sale" in str(form.errors)
    with pytest.raises(ValidationError) as told, as_validation_errors(ProductPromotion):
        set_in_sql(ProductPromotion, "start_date", date(2025, 5, 2))
    assert "overlaps" in str(told.value)


def test_promotion_that_ends_before_it_starts_is_told_at_its_end(rows: Rows) -> None:
    form = filled_in(rows[ProductPromotion], end_date="2025-04-01")

    assert list(form.errors) == ["end_date"]


@pytest.mark.parametrize(
    ("kind", "rule", "others"),
    [(Product, "order_items_product_fk", "order items"), (User, "orders_user_fk", "orders")],
)
def test_row_that_others_need_is_told(kind: Any, rule: str, others: str, rows: Rows) -> None:
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        rows[kind].hard_delete()

    told = validation_error(refused.value, kind)
    assert refused.value.__cause__.diag.constraint_name == rule  # type: ignore[union-attr]
    assert told
    assert told.messages == [f"This can not be deleted or changed while {others} point at it."]


def test_every_rule_of_every_table_is_of_a_kind_that_is_tested_here() -> None:
    tested = (Check, models.UniqueConstraint, UniqueAlive, NoOverlap, DatabaseForeignKey)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint "
            "WHERE contype IN ('c', 'x') AND conrelid::regclass::text = ANY (%s)",
            [[model._meta.db_table for model in TABLES]],
        )
        present = {name for (name,) in cursor.fetchall()}
    known = {each.name for model in TABLES for each in model._meta.constraints if isinstance(each, tested)}
    attributes = {name for name in present if name.startswith("shop_product_attributes")}
    periods = {name for name in present if "no_overlap" in name or name.startswith("product_price_history")}
    positive = {name for name in present if name.endswith("_check")}

    assert present - known - attributes - periods - positive == set()
