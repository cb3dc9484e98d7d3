"""Searches among many products, beside `icontains` and Django's own fields; writing them; walking a tree."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db import connection
from django.db.models import F, Q

from benchmarks.report import compared, machine, table
from benchmarks.rounds import Sample, play
from benchmarks.search.models import Generated, Node, Plain, Searched, Typed
from benchmarks.suite import asked, cpu

PRODUCTS = 100_000
CONTENDERS: dict[str, Any] = {
    "none": Plain, "GeneratedField": Generated, "ours": Searched, "ours with prefixes": Typed,
}  # fmt: skip
# Each text has 60 of 8,000 words, the first of which are in many; the names have 4 of 3,000.
FILL = """
INSERT INTO {table} (name, sku, description)
SELECT 'Product ' || 'n' || md5((n %% 3000)::text) || ' n' || md5((n %% 1700)::text), 'SKU-' || n,
       (SELECT string_agg('w' || md5(floor(8000 * power(random(), 3))::text), ' ')
        FROM generate_series(1, 60) WHERE n > 0)
FROM generate_series(%s, %s) AS n
"""
WORD, OTHER, FREQUENT = "n8f14e45fceea167a5a36dedd4bea2543", "n6512bd43d9caa6e02c990b0a82652dca", "product"


def by_django(text: str) -> Any:
    query = SearchQuery(text, config="english", search_type="websearch")
    found = Generated.objects.filter(search_vector=query).defer("search_vector")
    return found.annotate(rank=SearchRank(F("search_vector"), query, cover_density=True)).order_by(
        "-rank", "pk"
    )


SEARCHES: dict[str, Callable[[], Any]] = {
    "a word, by icontains": lambda: Plain.objects.filter(
        Q(name__icontains=WORD) | Q(sku__icontains=WORD) | Q(description__icontains=WORD)
    ),
    "a word, by a GeneratedField": lambda: by_django(WORD),
    "a word": lambda: Searched.objects.search(WORD),
    "two words": lambda: Searched.objects.search(f"{WORD} {FREQUENT}"),
    "a phrase": lambda: Searched.objects.search(f'"product {WORD}"'),
    "one without another": lambda: Searched.objects.search(f"{WORD} -{OTHER}"),
    "the beginning of a word": lambda: Typed.objects.search(WORD[:9], prefix=True),
    "a word, 20 rows with highlights": lambda: Searched.objects.search(WORD, highlight=True)[:20],
    "a word of every product, the best 20": lambda: Searched.objects.search(FREQUENT)[:20],
    "the same in another order": lambda: Searched.objects.search(FREQUENT).order_by("pk")[:20],
    "descendants among 1,000 nodes": lambda: Node.objects.filter(parent=None).descendants(),
    "ancestors among 1,000 nodes": lambda: Node.objects.filter(node=None, pk__gt=900).ancestors(),
}


def run(options: argparse.Namespace) -> None:
    print(machine(options.repeat))
    print(writing(options))
    print(searching(options.repeat))


def writing(options: argparse.Namespace) -> str:
    for name in CONTENDERS:
        insert(name, options.rows)  # what a first run has to do
    results = play(
        [("insert", list(CONTENDERS))], options.repeat, lambda _, name: Sample(insert(name, options.rows))
    )
    rows = [[name, *compared(results, "insert", name, "none")] for name in CONTENDERS]
    return "\n" + table([f"insert of {options.rows:,} rows", "CPU", "min-max", "none = 1", "min-max"], rows)


def insert(name: str, rows: int) -> float:
    """Insert rows into an empty table; returns the milliseconds that the processor worked."""
    place = CONTENDERS[name]._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {place}")
        cursor.execute("CHECKPOINT")
        start = cpu()
        cursor.execute(FILL.format(table=place), [1, rows])
        return cpu() - start


def searching(repeat: int) -> str:
    for model in CONTENDERS.values():
        fill(model._meta.db_table)
    plant()
    return "\n" + table(
        [f"among {PRODUCTS:,} products", "found", "median", "slowest"], asked(SEARCHES, repeat * 3)
    )


def fill(place: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {place}")
        cursor.execute("SELECT setseed(0.7)")
        cursor.execute(FILL.format(table=place), [1, PRODUCTS])
        cursor.execute(f"VACUUM ANALYZE {place}")


def plant() -> None:
    """Make a tree in which each node has three below it."""
    root = Node.objects.create()
    nodes = [root]
    for number in range(999):
        nodes.append(Node.objects.create(parent=nodes[number // 3]))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE words_node")
