"""What rules cost when rows are written, and how long a lookup among a million takes."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.attributes.models import Checked, Million, Unchecked
from benchmarks.audit.models import Category
from benchmarks.report import compared, machine, table
from benchmarks.rounds import Sample, play
from benchmarks.suite import asked, choose_names, cpu

MILLION = 1_000_000
CONTENDERS: dict[str, Any] = {"JSONField": Unchecked, "AttributesField": Checked}

FILL = """
INSERT INTO documents_million (attributes)
SELECT jsonb_build_object(
    'color', 'color ' || n %% 20, 'material', 'material ' || n %% 20000, 'weight', n / 100.0,
    'warranty', n %% 30, 'released', (date '2000-01-01' + n %% 9000)::text,
    'tags', jsonb_build_array('tag ' || n %% 20000, 'tag ' || n %% 30000)
)
FROM generate_series(1, %s) AS n
"""

LOOKUPS: dict[str, Callable[[], Any]] = {
    "one attribute": lambda: Million.objects.filter_attributes(material="material 7"),
    "two attributes": lambda: Million.objects.filter_attributes(material="material 7", color="color 7"),
    "an item of a list": lambda: Million.objects.filter_attributes(tags__has="tag 7"),
    "a range": lambda: Million.objects.filter_attributes(weight__range=(Decimal(500), Decimal("500.5"))),
    "one value, as Django writes it": lambda: Million.objects.filter(attributes__weight=Decimal(500)),
    "the ten heaviest": lambda: Million.objects.order_by("-attributes__weight")[:10],
}


def run(options: argparse.Namespace) -> None:
    chosen = choose_names(["bulk_create", *LOOKUPS], options.only)
    print(machine(options.repeat))
    if "bulk_create" in chosen:
        print(writing(options))
    lookups = {name: ask for name, ask in LOOKUPS.items() if name in chosen}
    if lookups:
        print(reading(lookups, options.repeat))


def writing(options: argparse.Namespace) -> str:
    for name in CONTENDERS:
        insert(name, options.rows)  # what a first run has to do
    pairs = [("bulk_create", list(CONTENDERS))]
    results = play(pairs, options.repeat, lambda _, name: Sample(insert(name, options.rows)))
    rows = [[name, *compared(results, "bulk_create", name, "JSONField")] for name in CONTENDERS]
    return "\n" + table(
        [f"bulk_create of {options.rows:,} rows", "CPU", "min-max", "JSONField = 1", "min-max"], rows
    )


def insert(name: str, rows: int) -> float:
    """Insert rows into an empty table; returns the milliseconds that both processors worked."""
    model = CONTENDERS[name]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {model._meta.db_table}")
        cursor.execute("CHECKPOINT")
    Category.objects.get_or_create(pk=1)
    now = timezone.now()
    products = [product(model, number, now) for number in range(rows)]
    start = cpu()
    model.objects.bulk_create(products)
    return cpu() - start


def product(model: Any, number: int, now: datetime) -> Any:
    return model(
        name=f"Product {number}",
        slug=f"product-{number}",
        sku=f"SKU-{number}",
        description="lorem ipsum dolor " * 12,
        short_description="short text " * 15,
        price=Decimal(number % 1000),
        cost_price=Decimal(number % 500),
        weight=Decimal(number % 40),
        category_id=1,
        brand_id=number % 50,
        status="active",
        featured=False,
        inventory_quantity=number % 50,
        tags=["new", "sale"],
        attributes=document(number),
        seo_title=f"Product {number}",
        created_at=now,
        updated_at=now,
    )


def document(number: int) -> dict[str, Any]:
    return {
        "color": f"color {number % 20}",
        "material": f"material {number % 100}",
        "weight": number % 40,
        "warranty": number % 30,
        "released": f"2020-01-{number % 28 + 1:02}",
        "tags": [f"tag {number % 7}", f"tag {number % 9}"],
    }


def reading(lookups: dict[str, Callable[[], Any]], repeat: int) -> str:
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE documents_million")
        cursor.execute(FILL, [MILLION])
        cursor.execute("VACUUM ANALYZE documents_million")
    return "\n" + table(
        [f"among {MILLION:,} rows", "found", "median", "slowest"], asked(lookups, max(repeat, 3) * 3)
    )
