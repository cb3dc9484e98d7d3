"""The tables: filled before each measurement, unseen by their triggers."""

from __future__ import annotations

from django.db import connection

from benchmarks.audit.tables import PRODUCTS
from benchmarks.periods.contenders import Contender
from benchmarks.periods.models import PlainProduct
from benchmarks.periods.operations import START, Operation

COLUMNS = [field.column for field in PlainProduct._meta.concrete_fields]
BEGIN = f"timestamptz '{START.isoformat()}' + k * interval '1 day'"
# The versions of product i, number k of n: a day each, and the last one goes on.
VERSIONS = {
    "ours": ("product_id, price, effective_from, recorded_at", f"i, 10 + k, {BEGIN}, {BEGIN}"),
    "ours and a foreign key": (
        "product_id, price, effective_from, recorded_at",
        f"i, 10 + k, {BEGIN}, {BEGIN}",
    ),
    "close and open": (
        "product_id, price, effective_from, effective_to",
        f"i, 10 + k, {BEGIN}, CASE WHEN k < n THEN {BEGIN} + interval '1 day' END",
    ),
    "simple-history": (
        f"{', '.join(COLUMNS)}, history_date, history_type",
        f"{', '.join('10 + k' if name == 'price' else name for name in COLUMNS)}, {BEGIN}, '~'",
    ),
}


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def prepare(contender: Contender, operation: Operation) -> None:
    """Fill the tables: products, and versions of each."""
    products, *history = contender.tables
    rows = PRODUCTS.format(rows=operation.products)
    run(
        f"SET session_replication_role = replica; TRUNCATE {', '.join(contender.tables)} RESTART IDENTITY; "
        f"INSERT INTO {products} ({', '.join(COLUMNS)}) SELECT {', '.join(COLUMNS)} FROM ({rows}) AS rows"
    )
    if history:
        columns, values = VERSIONS[contender.name]
        run(
            f"INSERT INTO {history[0]} ({columns}) SELECT {values} "
            f"FROM (SELECT id AS i, * FROM ({rows}) AS row) AS product, "
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
