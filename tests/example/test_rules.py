"""The rules of the reference schema, asked of the database itself and of the forms in front of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, connection, models, transaction

from django_schemapatterns.exceptions import RestoreConflict
from example_project.accounts.models import Role, User, UserProfile, UserRole
from example_project.shop.models import (
    Category,
    Contact,
    Order,
    OrderItem,
    Product,
    ProductPromotion,
    ProductVariant,
)
from tests.example.making import (
    item_values,
    make_item,
    make_order,
    make_product,
    make_user,
    product_values,
    user_values,
)

pytestmark = pytest.mark.django_db


def contact_values(**changed: Any) -> dict[str, Any]:
    return {"email": "kim@example.com", "phone": "+49 30 1234567", **changed}


def promotion_values(**changed: Any) -> dict[str, Any]:
    days = {"start_date": date(2025, 5, 1), "end_date": date(2025, 5, 10)}
    return {"name": "Sale", "discount_percent": 10, **days, **changed}


def order_values(**changed: Any) -> dict[str, Any]:
    return {"order_number": "2025-1", **changed}


BROKEN_RULES: list[tuple[type[models.Model], Callable[..., dict[str, Any]], dict[str, Any], str]] = [
    (User, user_values, {"email": "not-an-address"}, "format"),
    (User, user_values, {"email": "no@domain"}, "format"),
    (User, user_values, {"username": "ab"}, "users_username_format"),
    (User, user_values, {"username": "with space"}, "users_username_format"),
    (User, user_values, {"first_name": "  "}, "users_names_not_blank"),
    (User, user_values, {"last_name": ""}, "users_names_not_blank"),
    (Product, product_values, {"price": -1}, "products_price_not_negative"),
    (Product, product_values, {"price": 40, "compare_price": 39}, "products_compare_price_not_below_price"),
    (Product, product_values, {"cost_price": -1}, "products_cost_price_not_negative"),
    (Product, product_values, {"inventory_quantity": -1}, "products_inventory_matches_tracking"),
    (Product, product_values, {"inventory_quantity": None}, "products_inventory_matches_tracking"),
    (
        Product,
        product_values,
        {"inventory_tracking": False, "inventory_quantity": 3},
        "products_inventory_matches_tracking",
    ),
    (Contact, contact_values, {"email": "kim"}, "format"),
    (Contact, contact_values, {"phone": "12345"}, "format"),
    (Contact, contact_values, {"phone": "call me maybe"}, "format"),
    (Contact, contact_values, {"balance": -1}, "range"),
    (Order, order_values, {"total": -1}, "orders_amounts_not_negative"),
    (Order, order_values, {"currency": "usd"}, "orders_currency_format"),
    (Order, order_values, {"shipping_country": "Germany"[:2]}, "orders_country_format"),
    (OrderItem, item_values, {"quantity": 0}, "order_items_quantity_positive"),
    (OrderItem, item_values, {"unit_price": -1}, "order_items_prices_not_negative"),
    (
        ProductPromotion,
        promotion_values,
        {"end_date": date(2025, 4, 30)},
        "product_promotions_no_overlap_period",
    ),
    (ProductPromotion, promotion_values, {"discount_percent": 0}, "product_promotions_discount_range"),
    (
        ProductVariant,
        lambda **changed: {"sku": "V", **changed},
        {"price": -1},
        "product_variants_price_not_negative",
    ),
    (
        ProductVariant,
        lambda **changed: {"sku": "V", **changed},
        {"inventory_quantity": -1},
        "product_variants_inventory_not_negative",
    ),
]
UNKNOWN_LABELS = [
    ("users", "status"),
    ("products", "status"),
    ("products", "visibility"),
    ("orders", "status"),
]
TARGETS: dict[type[models.Model], Callable[[], dict[str, Any]]] = {
    Order: lambda: {"user": make_user()},
    OrderItem: lambda: {"order": make_order(), "product": make_product()},
    ProductPromotion: lambda: {"product": make_product()},
    ProductVariant: lambda: {"product": make_product()},
}


def broken_constraint(error: pytest.ExceptionInfo[IntegrityError]) -> str | None:
    name: str | None = error.value.__cause__.diag.constraint_name  # type: ignore[union-attr]
    return name


def run_checked_at_once(sql: str, params: list[Any] | None = None) -> None:
    """Run a statement whose foreign keys are checked now and not at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql, params)


@pytest.mark.parametrize(("table", "column"), UNKNOWN_LABELS)
def test_database_knows_the_labels_of_its_enums(table: str, column: str) -> None:
    make_order()
    make_product()

    with pytest.raises(DataError, match=f'enum .*{column}: "lost"'), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET {column} = 'lost'")


@pytest.mark.parametrize(("model", "values", "broken", "constraint"), BROKEN_RULES)
def test_database_refuses(
    model: type[models.Model], values: Callable[..., dict[str, Any]], broken: dict[str, Any], constraint: str
) -> None:
    targets = TARGETS.get(model, dict)()
    model._default_manager.create(**targets, **values())

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        model._default_manager.filter(**targets).update(**broken)

    assert broken_constraint(error) == constraint


@pytest.mark.parametrize(("model", "values", "broken", "constraint"), BROKEN_RULES)
def test_form_refuses_with_words(
    model: type[models.Model], values: Callable[..., dict[str, Any]], broken: dict[str, Any], constraint: str
) -> None:
    instance = model(**TARGETS.get(model, dict)(), **values(**broken))

    with pytest.raises(ValidationError) as error:
        instance.full_clean()

    assert constraint not in str(error.value)


@pytest.mark.parametrize(
    "values",
    [
        {"compare_price": None},
        {"compare_price": 40},
        {"inventory_tracking": True, "inventory_quantity": 0},
        {"inventory_tracking": False, "inventory_quantity": None},
    ],
)
def test_database_accepts_product(values: dict[str, Any]) -> None:
    product = make_product(**values)

    product.full_clean()


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (User, user_values, "email"),
        (User, user_values, "username"),
        (Product, product_values, "sku"),
        (Product, product_values, "slug"),
        (Category, lambda **changed: {"name": "Chairs", "slug": "chairs", **changed}, "slug"),
    ],
)
def test_values_are_unique(
    model: type[models.Model], values: Callable[..., dict[str, Any]], field: str
) -> None:
    first = model._default_manager.create(**values())
    double = model(**values(**{field: getattr(first, field)}))

    with pytest.raises(ValidationError) as error:
        double.full_clean()
    with pytest.raises(IntegrityError), transaction.atomic():
        double.save()

    assert field in error.value.message_dict


def test_raw_sql_with_invalid_email_is_refused() -> None:
    with pytest.raises(IntegrityError) as error, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO users (username, email, password, is_superuser, first_name, last_name) "
            "VALUES ('raw_user', 'invalid', '!', false, 'Raw', 'User')"
        )

    assert broken_constraint(error) == "format"


@pytest.mark.parametrize(
    ("column", "constraint"),
    [("order_id", "order_items_order_created_at_fk"), ("product_id", "order_items_product_fk")],
)
def test_missing_target_is_refused(column: str, constraint: str) -> None:
    item = make_item()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        run_checked_at_once(f"UPDATE order_items SET {column} = -1 WHERE id = %s", [item.pk])

    assert broken_constraint(error) == constraint


def test_missing_user_of_order_is_refused() -> None:
    with pytest.raises(IntegrityError, match="orders_user_fk"), transaction.atomic():
        run_checked_at_once("INSERT INTO orders (order_number, user_id) VALUES ('2025-000001', -1)")


def test_raw_deletion_of_order_takes_its_items() -> None:
    item = make_item()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM orders WHERE id = %s", [item.order_id])

    assert not OrderItem.objects.exists()


def test_sold_product_leaves_the_shop_and_stays_in_the_order() -> None:
    item = make_item()

    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM products WHERE id = %s", [item.product_id])

    item.refresh_from_db()
    assert not Product.objects.exists()
    assert item.product.is_deleted


def test_sold_product_is_kept_for_good() -> None:
    item = make_item()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        item.product.hard_delete()

    assert broken_constraint(error) == "order_items_product_fk"


def test_deleted_product_is_not_sold() -> None:
    product, order = make_product(), make_order()
    product.delete()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make_item(order=order, product=product)

    assert broken_constraint(error) == "alive_reference"


def test_product_takes_variants_and_promotions_along_and_brings_them_back() -> None:
    product = make_product()
    product.variants.create(name="S", sku="OC-S")
    product.promotions.create(**promotion_values())

    counts = product.delete()

    assert counts == (3, {"shop.Product": 1, "shop.ProductVariant": 1, "shop.ProductPromotion": 1})
    assert not ProductVariant.objects.exists()
    assert product.restore() == counts
    assert ProductPromotion.objects.get().product == product


def test_customer_with_orders_leaves_with_the_profile() -> None:
    order = make_order()
    UserProfile.objects.create(user=order.user)

    order.user.delete()

    assert not User.objects.exists()
    assert not UserProfile.objects.exists()
    assert Order.objects.get().user.is_deleted


def test_customer_with_orders_is_kept_for_good() -> None:
    order = make_order()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        order.user.hard_delete()

    assert broken_constraint(error) == "orders_user_fk"


def test_hard_deletion_of_user_takes_profile_and_roles() -> None:
    user = make_user()
    UserProfile.objects.create(user=user)
    UserRole.objects.create(user=user, role=Role.objects.create(name="Support"))

    with connection.cursor() as cursor:
        cursor.execute("SELECT schemapatterns.hard_delete('users', %s)", [user.pk])

    assert not UserProfile.all_objects.exists()
    assert not UserRole.objects.exists()


def test_soft_deleted_user_keeps_the_roles() -> None:
    user = make_user()
    role = UserRole.objects.create(user=user, role=Role.objects.create(name="Support"))

    user.delete()

    assert UserRole.objects.get() == role


@pytest.mark.parametrize(
    ("model", "values", "field"),
    [
        (User, user_values, "email"),
        (Product, product_values, "sku"),
        (Product, product_values, "slug"),
    ],
)
def test_values_of_deleted_rows_are_free(
    model: Any, values: Callable[..., dict[str, Any]], field: str
) -> None:
    gone = model.objects.create(**values())
    gone.delete()
    taken = {field: getattr(gone, field)}

    again = model(**values(**taken, **({"password": "!"} if model is User else {})))
    again.full_clean()
    again.save()

    with pytest.raises(RestoreConflict, match=f"_{field}_alive"), transaction.atomic():
        gone.restore()


def test_user_name_is_never_given_twice() -> None:
    gone = make_user()
    gone.delete()

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        make_user(username=gone.username)

    assert broken_constraint(error) == "users_username_unique"
    with pytest.raises(ValidationError) as refused:
        User(**user_values(username=gone.username), password="!").full_clean()
    assert list(refused.value.message_dict) == ["username"]


def test_user_holds_a_role_once() -> None:
    role = UserRole.objects.create(user=make_user(), role=Role.objects.create(name="Support"))

    with pytest.raises(IntegrityError) as error, transaction.atomic():
        UserRole.objects.bulk_create([UserRole(user=role.user, role=role.role)])

    assert broken_constraint(error) == "user_roles_pkey"


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2025, 5, 10), date(2025, 5, 20)),
        (date(2025, 4, 1), date(2025, 5, 1)),
        (date(2025, 5, 3), date(2025, 5, 4)),
    ],
)
def test_promotions_of_one_product_do_not_overlap(start: date, end: date) -> None:
    product = make_product()
    ProductPromotion.objects.create(product=product, **promotion_values())
    second = ProductPromotion(product=product, **promotion_values(start_date=start, end_date=end))

    with pytest.raises(ValidationError, match="overlaps that of"):
        second.full_clean()
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        second.save()

    assert broken_constraint(error) == "product_promotions_no_overlap"


def test_promotions_may_follow_each_other_or_run_on_two_products() -> None:
    product = make_product()
    ProductPromotion.objects.create(product=product, **promotion_values())

    next_days = promotion_values(start_date=date(2025, 5, 11), end_date=date(2025, 5, 20))
    ProductPromotion.objects.create(product=product, **next_days)
    ProductPromotion.objects.create(product=make_product(), **promotion_values())

    assert ProductPromotion.objects.count() == 3


def test_promotion_that_ends_before_it_starts_is_refused_with_words() -> None:
    promotion = ProductPromotion(product=make_product(), **promotion_values(end_date=date(2025, 4, 1)))

    with pytest.raises(ValidationError) as error:
        promotion.full_clean()

    assert error.value.message_dict == {"end_date": ["The period must not end before it starts."]}


def test_category_is_not_below_itself() -> None:
    top = Category.objects.create(name="Top", slug="top")
    below = Category.objects.create(name="Below", slug="below", parent=top)
    top.parent = below

    with pytest.raises(ValidationError, match="below itself"):
        top.full_clean()


def test_search_vector_follows_the_texts() -> None:
    product = make_product(name="Folding lantern", description="Lights the garden")

    Product.objects.filter(pk=product.pk).update(description="Lights the cellars")

    assert Product.objects.filter(search_vector="cellar lantern").exists()
    assert not Product.objects.filter(search_vector="garden").exists()
