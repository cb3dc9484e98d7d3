"""The tables: filled before each measurement, unseen by their triggers."""

from __future__ import annotations

from django.db import connection

from benchmarks.softdelete.contenders import Contender
from benchmarks.softdelete.operations import Operation

COLUMNS = "id, name, sku, description, price, created_at"
VALUES = """
i, 'Product name number ' || i, 'SKU-' || i, repeat('lorem ipsum dolor ', 12), 10 + i % 90,
now() - i * interval '1 second'
"""


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def prepare(contender: Contender, operation: Operation) -> None:
    """Fill the tables; of many products, the newer half is deleted."""
    products, variants = contender.tables
    mark = contender.mark
    columns, values = COLUMNS, VALUES
    if mark and operation.deleted:
        columns += f", {mark}"
        values += f", CASE WHEN i <= {operation.products // 2} THEN now() END"
    extra = ", deleted_by_cascade" if contender.name == "safedelete" else ""
    more = ", false" if extra else ""
    number = operation.products * operation.variants
    run(
        f"SET session_replication_role = replica; TRUNCATE {products}, {variants} RESTART IDENTITY; "
        f"INSERT INTO {products} ({columns}{extra}) "
        f"SELECT {values}{more} FROM generate_series(1, {operation.products}) AS i; "
        f"INSERT INTO {variants} ({COLUMNS}, product_id{extra}) "
        f"SELECT {VALUES}, 1 + i % {operation.products}{more} FROM generate_series(1, {number}) AS i; "
        "RESET session_replication_role"
    )
    run(f"VACUUM (ANALYZE) {products}, {variants}")
    run("CHECKPOINT")


def empty(contender: Contender) -> None:
    run(f"TRUNCATE {', '.join(contender.tables)}; TRUNCATE softdelete_changeset CASCADE")
