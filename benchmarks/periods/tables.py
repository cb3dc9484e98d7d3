"""The tables: filled before each measurement, unseen by their triggers."""

from __future__ import annotations

from django.db import connection

from benchmarks.periods.contenders import Contender
from benchmarks.periods.operations import START, Operation

PRODUCT = "id, name, sku, description, price, created_at"
VALUES = """
i, 'Product name number ' || i, 'SKU-' || i, repeat('lorem ipsum dolor ', 42), 10 + i % 90,
now() - i * interval '1 second'
"""
BEGIN = f"timestamptz '{START.isoformat()}' + k * interval '1 day'"
# The versions of product i, number k of n: a day each, and the last one goes on.
VERSIONS = {
    "ours": ("product_id, price, effective_from, recorded_at", f"i, 10 + k, {BEGIN}, {BEGIN}"),
    "ours, with a foreign key": (
        "product_id, price, effective_from, recorded_at",
        f"i, 10 + k, {BEGIN}, {BEGIN}",
    ),
    "close and open": (
        "product_id, price, effective_from, effective_to",
        f"i, 10 + k, {BEGIN}, CASE WHEN k < n THEN {BEGIN} + interval '1 day' END",
    ),
    "simple-history": (
        f"{PRODUCT}, history_date, history_type",
        f"{VALUES.replace('10 + i % 90', '10 + k')}, {BEGIN}, '~'",
    ),
}


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def prepare(contender: Contender, operation: Operation) -> None:
    """Fill the tables: products, and versions of each."""
    products, *history = contender.tables
    run(
        f"SET session_replication_role = replica; TRUNCATE {', '.join(contender.tables)} RESTART IDENTITY; "
        f"INSERT INTO {products} ({PRODUCT}) "
        f"SELECT {VALUES} FROM generate_series(1, {operation.products}) AS i"
    )
    if history:
        columns, values = VERSIONS[contender.name]
        run(
            f"INSERT INTO {history[0]} ({columns}) SELECT {values} "
            f"FROM generate_series(1, {operation.products}) AS i, "
            f"(SELECT {operation.versions} AS n) AS number, "
            "generate_series(1, n) AS k ORDER BY k, i"
        )
    run("RESET session_replication_role")
    run(f"VACUUM (ANALYZE) {', '.join(contender.tables)}")
    run("CHECKPOINT")


def empty(contender: Contender) -> None:
    run(
        f"SET session_replication_role = replica; TRUNCATE {', '.join(contender.tables)}; "
        "RESET session_replication_role"
    )


def count(contender: Contender) -> int:
    return contender.history.objects.count() if contender.history else 0
