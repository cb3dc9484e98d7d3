"""What it takes to be rid of an old month: a DELETE, or its partition."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

from django.db import connection

from benchmarks.report import compared, table
from benchmarks.rounds import Results, Sample, play
from django_schemapatterns.partitions import Duration, Retention, expire
from django_schemapatterns.schema.maintained import MaintainedTable

NAME = "an old month"
DETACH = "expire(), which detaches it"
NOW = datetime(2026, 3, 14, tzinfo=UTC)
AT_ONCE = Retention(grace=None, archive=None)
LATER = Retention(grace=Duration(7, "day"), archive=None)
VISITS = MaintainedTable(table="visits", label="benchmarks.Visit", every="month", keep="1 month")
COLUMNS = "id bigint, at timestamptz NOT NULL, page text, visitor int"
ROWS = (
    "SELECT n, timestamptz '{low}' + n * interval '28 days' / {rows}, 'page ' || n % 1000, n % 50000 "
    "FROM generate_series(1, {rows}) AS n"
)


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def value(sql: str, *params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchone()[0]


def prepare(rows: int, *, partitioned: bool) -> None:
    """Make a table of January, with so many rows, and of February with a tenth of them."""
    # Autovacuum, which has just seen many new rows, would hold a lock that a detach waits for.
    quiet = "WITH (autovacuum_enabled = false)"
    execute(
        "DROP TABLE IF EXISTS visits, visits_2026_01",
        f"CREATE TABLE visits ({COLUMNS}) {'PARTITION BY RANGE (at)' if partitioned else quiet}",
    )
    for month in (1, 2, 3) if partitioned else ():
        execute(
            f"CREATE TABLE visits_2026_0{month} PARTITION OF visits "
            f"FOR VALUES FROM ('2026-0{month}-01 00:00+00') TO ('2026-0{month + 1}-01 00:00+00') {quiet}",
            f"COMMENT ON TABLE visits_2026_0{month} IS 'django-schemapatterns: partition'",
        )
    for month, number in ((1, rows), (2, rows // 10)):
        execute("INSERT INTO visits " + ROWS.format(low=f"2026-0{month}-01 00:00+00", rows=number))
    execute(
        "ALTER TABLE visits ADD PRIMARY KEY (id, at)",
        "CREATE INDEX ON visits (visitor)",
        "VACUUM ANALYZE visits",
        "CHECKPOINT",
    )


def delete() -> None:
    execute("DELETE FROM visits WHERE at >= '2026-01-01 00:00+00' AND at < '2026-02-01 00:00+00'")


def delete_and_vacuum() -> None:
    delete()
    execute("VACUUM visits")


def take_away() -> None:
    """What PostgreSQL itself needs."""
    execute("ALTER TABLE visits DETACH PARTITION visits_2026_01 CONCURRENTLY")


def take_away_and_drop() -> None:
    take_away()
    execute("DROP TABLE visits_2026_01")


def retire() -> None:
    assert expire(VISITS, now=NOW, retention=AT_ONCE).complete


def detach() -> None:
    assert expire(VISITS, now=NOW, retention=LATER).complete


CONTENDERS: dict[str, tuple[Callable[[], None], bool]] = {
    DETACH: (detach, True),
    "DETACH CONCURRENTLY alone": (take_away, True),
    "DELETE": (delete, False),
    "expire(), which drops it at once": (retire, True),
    "DETACH CONCURRENTLY and DROP TABLE alone": (take_away_and_drop, True),
    "DELETE and VACUUM": (delete_and_vacuum, False),
}


def measure(name: str, rows: int) -> Sample:
    act, partitioned = CONTENDERS[name]
    prepare(rows, partitioned=partitioned)
    before = value("SELECT pg_current_wal_insert_lsn()")
    start = perf_counter()
    act()
    elapsed = (perf_counter() - start) * 1000
    assert value("SELECT count(*) FROM visits") == rows // 10
    return Sample(elapsed, bytes=value("SELECT (pg_current_wal_insert_lsn() - %s)::bigint", before))


def run(options: argparse.Namespace) -> str:
    """Return the table: medians, and how many times as long as a detach each takes, round by round."""
    results = play([(NAME, list(CONTENDERS))], options.repeat, lambda _, name: measure(name, options.rows))
    execute("DROP TABLE IF EXISTS visits, visits_2026_01")
    return table(
        [f"a month of {options.rows:,} rows", "median", "min-max", "detach = 1", "min-max", "WAL"],
        [line(results, name) for name in CONTENDERS],
    )


def line(results: Results, name: str) -> list[str]:
    wal = statistics.median(sample.bytes for sample in results.of(NAME, name)) / 1e6
    return [name, *compared(results, NAME, name, DETACH), f"{wal:,.2f} MB"]
