"""A busy day: what happens to a filled shop between opening and closing time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from random import Random

from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.db.models import Count, F, QuerySet, Value
from django.db.models.functions import Concat, Round
from django.utils import timezone
from django.utils.text import slugify
from psycopg.types.json import Jsonb

from django_schemapatterns import audit
from django_schemapatterns.context import acting_as
from example_project.accounts.models import Role, User, UserStatus
from example_project.shop.demo.browser import Browser
from example_project.shop.demo.loading import copy_rows
from example_project.shop.demo.progress import Progress
from example_project.shop.demo.staff import ANNA, BEN, CARLA, DMITRI, Colleague
from example_project.shop.demo.words import ADJECTIVES, BENEFITS, COLOURS, METALS
from example_project.shop.models import (
    Brand,
    Category,
    Contact,
    Order,
    OrderStatus,
    Product,
    ProductPrice,
    ProductPromotion,
    ProductStatus,
    ProductVariant,
)
from example_project.shop.orders import place_order

NEEDED_PRODUCTS, NEEDED_ORDERS = 100, 20
DELIVERY, PAGE = 40, 50
IMPORT_FIELDS = [
    "name", "slug", "sku", "description", "short_description", "price", "cost_price", "category",
    "inventory_quantity", "tags", "attributes", "seo_title", "seo_description",
]  # fmt: skip


def play(seed: int, progress: Progress) -> None:
    """Let the day happen, one step after the other."""
    rng = Random(f"day {seed}")
    steps: list[Callable[[Random], None]] = [
        import_delivery,
        start_the_lighting_sale,
        plan_prices,
        take_orders,
        work_in_the_warehouse,
        tend_the_catalog,
        clear_the_shelves,
        help_customers,
        count_the_stock,
        help_out_in_the_catalog,
        tidy_up_at_night,
    ]
    for step in progress.track("A day in the shop", steps, len(steps)):
        step(rng)


def import_delivery(rng: Random) -> None:
    """Purchasing loads a supplier's price list by COPY, past the ORM."""
    category = Category.objects.get(slug="lighting-floor-lamps")
    rows = []
    for number in range(1, DELIVERY + 1):
        metal, colour, benefit = rng.choice(METALS), rng.choice(COLOURS), rng.choice(BENEFITS)
        name = f"{rng.choice(ADJECTIVES)} {metal} lantern, {colour}"
        price = rng.randint(40, 200)
        rows.append((
            name, f"{slugify(name)}-new-{number}", f"LA{number:07d}", f"{name}. {benefit}.", f"{benefit}.",
            price, price // 2, category.pk, rng.randint(5, 60), ["new"],
            Jsonb({"material": metal, "colour": colour}), name, f"{benefit}.",
        ))  # fmt: skip
    with acting_as(user(DMITRI), reason="price list of the lantern makers"), transaction.atomic():
        copy_rows(Product, IMPORT_FIELDS, rows)


def start_the_lighting_sale(rng: Random) -> None:
    """One statement changes the price of everything in a department."""
    lamps = Product.objects.filter(category__parent__slug="lighting", status=ProductStatus.ACTIVE)
    with acting_as(user(ANNA), reason="lighting sale"):
        lamps.update(compare_price=F("price"), price=Round(F("price") * Decimal("0.85"), 2))


def plan_prices(rng: Random) -> None:
    """A price is scheduled, another one corrected, a third one planned and given up."""
    lamps = Product.objects.filter(category__parent__slug="lighting", status=ProductStatus.ACTIVE).order_by(
        "id"
    )
    first, second, third = lamps[:3]
    monday = timezone.now() + timedelta(days=7)
    with acting_as(user(ANNA), reason="end of the lighting sale"):
        ProductPrice.schedule(first, price=first.price + 5, compare_price=None, effective_from=monday)
        second.prices.current().get().correct(price=second.price + 1, reason="slip of the pen")
        ProductPrice.schedule(
            third, price=first.price, compare_price=None, effective_from=monday
        ).cancel_scheduled()


def take_orders(rng: Random) -> None:
    """Customers buy; each is the actor of the own order."""
    customers = User.objects.filter(status=UserStatus.ACTIVE, is_staff=False).order_by("id")[:200]
    articles = Product.objects.filter(status=ProductStatus.ACTIVE, inventory_quantity__gt=10).order_by("id")[
        :200
    ]
    for customer in rng.sample(list(customers), 8):
        with acting_as(customer, url="/checkout/"):
            place_order(customer, {article: rng.randint(1, 3) for article in rng.sample(list(articles), 2)})


def work_in_the_warehouse(rng: Random) -> None:
    """Orders go through their states by the actions of the admin's list."""
    ben = Browser(BEN)
    pending = keys_of(OrderStatus.PENDING)
    ben.act(Order, "start_processing", pending[:-1])
    ben.act(Order, "cancel", pending[-1:])
    processing = keys_of(OrderStatus.PROCESSING)
    ben.act(Order, "ship", processing[: len(processing) // 2 + 1])
    ben.act(Order, "deliver", keys_of(OrderStatus.SHIPPED)[:3])
    for order in Order.objects.filter(status=OrderStatus.SHIPPED, tracking_number="").order_by("id")[:3]:
        ben.change(order, tracking_number=f"PS{rng.randint(10**9, 10**10 - 1)}US")


def tend_the_catalog(rng: Random) -> None:
    """The catalog team edits, corrects a slip, publishes, advertises and throws away."""
    anna = Browser(ANNA)
    first, second = Product.objects.filter(status=ProductStatus.ACTIVE, compare_price=None).order_by("id")[:2]
    anna.change(first, price=first.price * 10, short_description="Our customers' favourite.")
    anna.change(first, price=first.price + 2)
    anna.change(
        second, name=f"{second.name} (second edition)", attributes='{"material": "cork", "recycled": true}'
    )
    anna.act(Product, "publish", list(imported().values_list("pk", flat=True)[:25]))
    anna.add(
        Brand, name="Northern Lantern", slug="northern-lantern", website="https://northern-lantern.example"
    )
    lamp = imported().filter(status=ProductStatus.ACTIVE)[0]
    anna.change(lamp, brand=Brand.objects.get(slug="northern-lantern").pk, featured="on")
    anna.add(
        ProductPromotion,
        product=lamp.pk,
        name="Launch week",
        discount_percent="15",
        start_date="2030-03-01",
        end_date="2030-03-07",
    )
    unsold = Product.objects.filter(order_items=None).annotate(size=Count("variants")).order_by("-size", "id")
    anna.delete(unsold[0])


def clear_the_shelves(rng: Random) -> None:
    """Articles leave the shop, sold ones too, with their variants; and some come back."""
    anna = Browser(ANNA)
    sold = list(Product.objects.filter(order_items__isnull=False).distinct().order_by("id")[:3])
    anna.act(Product, "delete_selected", [each.pk for each in sold], post="yes")
    anna.act(Product, "restore_selected", [sold[0].pk], post="yes")
    with acting_as(user(DMITRI), reason="the maker gave up"):
        Product.objects.filter(status=ProductStatus.ARCHIVED).delete()


def help_customers(rng: Random) -> None:
    """Support corrects an address, suspends a user, closes an account and takes an address off the list."""
    carla = Browser(CARLA)
    order = Order.objects.exclude(status=OrderStatus.CANCELLED).latest("id")
    carla.change(
        order,
        shipping_address_line_1="12 Harbour Street",
        internal_notes="Customer moved; address confirmed by phone.",
    )
    customer = User.objects.filter(status=UserStatus.ACTIVE, is_staff=False).latest("id")
    carla.change(customer, status=UserStatus.SUSPENDED)
    carla.delete(User.objects.filter(is_staff=False, orders__isnull=False).latest("id"))
    carla.delete(Contact.objects.earliest("id"))


def count_the_stock(rng: Random) -> None:
    """A script that knows no ORM writes what was counted, and the ORM fills up what is short."""
    with acting_as(user(BEN), task="stock count"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "UPDATE product_variants SET inventory_quantity = inventory_quantity - 1"
            " WHERE inventory_quantity > 0 AND id %% 7 = %s",
            [rng.randint(0, 6)],
        )
    short = list(Product.objects.filter(inventory_quantity__lte=F("low_stock_threshold")).order_by("id")[:50])
    for product in short:
        product.inventory_quantity = 60
    with acting_as(task="reorder"):
        Product.objects.bulk_update(short, ["inventory_quantity"])
        ProductVariant.objects.filter(inventory_quantity=0).update(inventory_quantity=20)


def help_out_in_the_catalog(rng: Random) -> None:
    """Support gets a second role, so rows of two many-to-many tables come and one goes."""
    carla, chief = user(CARLA), user(DMITRI)
    with acting_as(chief, reason="holiday cover"):
        carla.roles.add(Role.objects.get(name="Catalog"), through_defaults={"assigned_by": chief})
        carla.groups.add(Group.objects.get(name="Catalog"))
        carla.groups.remove(Group.objects.get(name="Support"))


def tidy_up_at_night(rng: Random) -> None:
    """A mechanical rewrite leaves a note in the audit log instead of an entry for every row."""
    with acting_as(user(ANNA)), audit.paused(reason="search engine titles rebuilt from names"):
        imported().update(seo_title=Concat("name", Value(" | Pattern Shop")))


def imported() -> QuerySet[Product]:
    return Product.objects.filter(sku__startswith="LA", tags__contains=["new"]).order_by("id")


def keys_of(status: OrderStatus) -> list[int]:
    return list(Order.objects.filter(status=status).order_by("id").values_list("pk", flat=True)[:PAGE])


def user(colleague: Colleague) -> User:
    return User.objects.get(username=colleague.username)
