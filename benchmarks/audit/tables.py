"""The tables: made once, filled and emptied before each measurement, weighed after it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.apps import apps
from django.db import connection

from benchmarks.audit.contenders import ONE_TABLE, OURS, Contender
from benchmarks.audit.models import Category, OneTable, Plain
from django_schemapatterns import audit

MONTHS = 12
PRODUCTS = """
SELECT i AS id, 'Product name number ' || i AS name, 'product-name-number-' || i AS slug, 'SKU-' || i AS sku,
       repeat('lorem ipsum dolor ', 12) || i AS description, repeat('short text ', 15) AS short_description,
       10 + i % 90 AS price, NULL::numeric AS compare_price, 5.25 AS cost_price, 1.5 AS weight,
       1 + i % 20 AS category_id, i % 10 AS brand_id, 'active' AS status, i % 7 = 0 AS featured,
       i % 50 AS inventory_quantity, ARRAY['new', 'garden', 'tools'] AS tags,
       jsonb_build_object('color', 'red', 'size', 'L', 'material', 'steel', 'number', i) AS attributes,
       'Buy product number ' || i || ' here' AS seo_title, now() AS created_at, now() AS updated_at
FROM generate_series(1, {rows}) AS i
"""
TEMPLATE = f"CREATE UNLOGGED TABLE template AS {PRODUCTS}"


def execute(sql: str, params: Any = None) -> Any:
    """Run a statement and return the first value of its result, if it has one."""
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0] if cursor.description else None


def install(rows: int) -> None:
    """Make what `migrate` did not: this app's triggers, the classic one, a log in one table."""
    for model in apps.get_app_config("shop").get_models():
        for trigger in getattr(model._meta, "triggers", []):
            trigger.install(model)
    execute(Path(__file__).with_name("classic.sql").read_text())
    Category.objects.bulk_create(Category(name=f"Category {number}") for number in range(20))
    execute(TEMPLATE.format(rows=rows))
    execute("SELECT schemapatterns.create_audit_partitions(%s)", [MONTHS - 1])
    execute(
        f"CREATE TABLE {ONE_TABLE} (LIKE schemapatterns.audit_log INCLUDING ALL EXCLUDING INDEXES, "
        f"PRIMARY KEY (id)); CREATE INDEX ON {ONE_TABLE} (record_id)"
    )
    for trigger in OneTable._meta.triggers:  # type: ignore[attr-defined]
        sql = str(trigger.compile(OneTable).install_sql)
        execute(sql.replace("schemapatterns.audit_log (", f"public.{ONE_TABLE} ("))


def prepare(contender: Contender, rows: int, logged: int) -> None:
    """Fill the product table, unseen by its triggers, and bring its log to `logged` entries."""
    fill(contender, rows)
    if logged == 0:
        empty_log(contender)
    elif contender.log and count(contender) < logged:
        fill_log(contender, rows, logged)
    names = ", ".join([contender.table, *contender.tables])
    execute(f"VACUUM (ANALYZE) {names}")
    execute("CHECKPOINT")


def fill(contender: Contender, rows: int) -> None:
    columns = ", ".join(field.column for field in Plain._meta.concrete_fields)
    execute(
        f"SET session_replication_role = replica; TRUNCATE {contender.table} RESTART IDENTITY; "
        f"INSERT INTO {contender.table} ({columns}) SELECT {columns} FROM template WHERE id <= {rows}; "
        f"SELECT setval(pg_get_serial_sequence('{contender.table}', 'id'), {rows}); "
        "RESET session_replication_role"
    )


def empty_log(contender: Contender) -> None:
    if contender is OURS:
        with audit.maintenance(reason="the next measurement"):
            execute("TRUNCATE schemapatterns.audit_log")
    elif contender.tables:
        execute(f"TRUNCATE {', '.join(contender.tables)}")


def fill_log(contender: Contender, rows: int, logged: int) -> None:
    """Let the contender log one change of each product, then repeat these entries over the months."""
    empty_log(contender)
    if contender.signals:
        for product in contender.model._default_manager.all():
            product.inventory_quantity += 1
            product.save()
    else:
        contender.model._default_manager.update(inventory_quantity=7)
    columns = log_columns(contender)
    values = ", ".join(f"{name} + ahead" if name == contender.moment else name for name in columns)
    execute(f"CREATE TEMPORARY TABLE first AS SELECT * FROM {contender.log}")
    for repetition in range(1, logged // rows):
        execute(
            f"INSERT INTO {contender.log} ({', '.join(columns)}) SELECT {values} "
            f"FROM first, make_interval(months => {repetition % MONTHS}) AS ahead"
        )
    execute("DROP TABLE first")


def log_columns(contender: Contender) -> list[str]:
    """Return the columns of a log that are not numbered by the database."""
    return execute(
        "SELECT array_agg(attname::text) FROM pg_attribute WHERE attrelid = %s::regclass AND attnum > 0 "
        "AND NOT attisdropped AND pg_get_serial_sequence(%s, attname) IS NULL",
        [contender.log, contender.log],
    )


def count(contender: Contender) -> int:
    return execute(f"SELECT count(*) FROM {contender.log}") if contender.log else 0


def weigh(contender: Contender) -> int:
    """Return the bytes of all that the contender keeps, indexes included."""
    return execute(
        "SELECT coalesce(sum(pg_total_relation_size(coalesce(part.relid, name))), 0)::bigint "
        "FROM unnest(%s::regclass[]) AS name LEFT JOIN pg_partition_tree(name) AS part ON true",
        [list(contender.tables)],
    )
