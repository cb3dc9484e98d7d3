"""What a value costs to encrypt and to decrypt, and what that adds to writing and reading many rows."""

from __future__ import annotations

import argparse
import statistics
from time import process_time
from typing import Any

from django.db import connection
from django.utils import timezone

from benchmarks.encryption.models import Bound, Column, Indexed, Plain, PlainIndexed
from benchmarks.report import compared, machine, table
from benchmarks.rounds import Results, Sample, play
from benchmarks.suite import cpu
from django_schemapatterns.encryption import sealing

VALUES = 20_000
CONTENDERS: dict[str, Any] = {
    "plain text": Plain,
    "encrypted, bound to the column": Column,
    "encrypted, bound to the row": Bound,
    "plain text with an index": PlainIndexed,
    "encrypted, bound to the row, with an index": Indexed,
}
BASE = {"encrypted, bound to the row, with an index": "plain text with an index"}


def run(options: argparse.Namespace) -> None:
    print(machine(options.repeat))
    print(values(options.repeat))
    print(rows(options))


def values(repeat: int) -> str:
    """Measure single values, through the field and without a database."""
    lines = []
    for name, model in CONTENDERS.items():
        if name.startswith("encrypted"):
            found = [one_round(model) for _ in range(repeat)]
            seal, unseal = ([each[part] for each in found] for part in (0, 1))
            both = [sum(each) for each in found]
            lines.append([name, *(f"{statistics.median(each):.2f} µs" for each in (seal, unseal, both))])
    return "\n" + table(["a value of 20 characters", "encrypt", "decrypt", "both"], lines)


def one_round(model: Any) -> tuple[float, float]:
    field = model._meta.get_field("secret")
    instances = [model(secret=f"DE 123 456 789 {number:05}") for number in range(VALUES)]
    bound = [sealing.bound_of(field, each) for each in instances]  # as the database gives it
    start = process_time()
    sealed = [sealing.sealed_for(field, each, each.secret, add=True).envelope for each in instances]
    middle = process_time()
    for envelope, its_bound in zip(sealed, bound, strict=True):
        sealing.unsealed(field, envelope, its_bound)
    end = process_time()
    return (middle - start) / VALUES * 1e6, (end - middle) / VALUES * 1e6


def rows(options: argparse.Namespace) -> str:
    for name in CONTENDERS:
        insert(name, options.rows)
        read(name, options.rows)
    pairs = [("bulk_create", list(CONTENDERS)), ("read", list(CONTENDERS))]
    ways = {"bulk_create": insert, "read": read}
    results = play(pairs, options.repeat, lambda way, name: Sample(ways[way](name, options.rows)))
    return "\n".join(one_table(results, way, options.rows) for way in ways)


def one_table(results: Results, way: str, number: int) -> str:
    lines = []
    for name in CONTENDERS:
        base = BASE.get(name, name if name.startswith("plain") else "plain text")
        lines.append([name, *compared(results, way, name, base)])
    return "\n" + table([f"{way}, {number:,} rows", "CPU", "min-max", "plain text = 1", "min-max"], lines)


def insert(name: str, number: int) -> float:
    """Insert rows into an empty table; returns the milliseconds that both processors worked."""
    model = CONTENDERS[name]
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {model._meta.db_table}")
    now = timezone.now()
    instances = [
        model(
            name=f"Person {each}",
            email=f"person{each}@example.com",
            city="Springfield",
            created_at=now,
            secret=f"DE 123 456 789 {each:05}",
        )
        for each in range(number)
    ]
    start = cpu()
    model.objects.bulk_create(instances)
    return cpu() - start


def read(name: str, number: int) -> float:
    """Read the rows that the last insert has left."""
    start = cpu()
    found = list(CONTENDERS[name].objects.all())
    spent = cpu() - start
    if len(found) != number:
        raise RuntimeError(f"{len(found)} rows instead of {number}")
    return spent
