"""What it takes to be rid of an old month: a DELETE, or its partition."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter

from django.db import connection

from benchmarks.audit.report import milliseconds, ratio, spread, table
from benchmarks.rounds import Results, Sample, play
from django_schemapatterns.partitions import Duration, Retention, expire
from django_schemapatterns.schema.maintained import MaintainedTable

NAME = "an old month"
DETACH = "expire(), which detaches it"
NOW = datetime(2026, 3, 14, tzinfo=UTC)
AT_ONCE = Retention(grace=None, archive=None)
LATER = Retention(grace=Duration(7, "day"), archive=None)
VISITS = MaintainedTable(table="visits", label="benchmarks.Visit", every="month", keep="1 month")
COLUMNS = "id bigint, at timestamptz NOT NULL, page text, visitor int, PRIMARY KEY (id, at)"
ROWS = (
    "SELECT n, timestamptz '{low}' + n * interval '28 days' / {rows}, 'page ' || n % 1000, n % 50000 "
    "FROM generate_series(1, {rows}) AS n"
)


def execute(*statements: str) -> None:
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def prepare(rows: int, *, partitioned: bool) -> None:
    """Make a table of January, with so many rows, and of February with a tenth of them."""
    # Autovacuum, which has just seen many new rows, would hold a lock that a detach waits for.
    quiet = "WITH (autovacuum_enabled = false)"
    execute(
        "DROP TABLE IF EXISTS visits, visits_2026_01",
        f"CREATE TABLE visits ({COLUMNS}) {'PARTITION BY RANGE (at)' if partitioned else quiet}",
        "CREATE INDEX ON visits (visitor)",
    )
    for month in (1, 2, 3) if partitioned else ():
        execute(
            f"CREATE TABLE visits_2026_0{month} PARTITION OF visits "
            f"FOR VALUES FROM ('2026-0{month}-01 00:00+00') TO ('2026-0{month + 1}-01 00:00+00') {quiet}",
            f"COMMENT ON TABLE visits_2026_0{month} IS 'django-schemapatterns: partition'",
        )
    for month, number in ((1, rows), (2, rows // 10)):
        execute("INSERT INTO visits " + ROWS.format(low=f"2026-0{month}-01 00:00+00", rows=number))
    execute("VACUUM ANALYZE visits", "CHECKPOINT")


def delete() -> None:
    execute("DELETE FROM visits WHERE at >= '2026-01-01 00:00+00' AND at < '2026-02-01 00:00+00'")


def delete_and_vacuum() -> None:
    delete()
    execute("VACUUM visits")


def retire() -> None:
    assert expire(VISITS, now=NOW, retention=AT_ONCE).complete


def detach() -> None:
    assert expire(VISITS, now=NOW, retention=LATER).complete


CONTENDERS: dict[str, tuple[Callable[[], None], bool]] = {
    DETACH: (detach, True),
    "DELETE": (delete, False),
    "expire(), which drops it at once": (retire, True),
    "DELETE and VACUUM": (delete_and_vacuum, False),
}


def measure(name: str, rows: int) -> Sample:
    act, partitioned = CONTENDERS[name]
    prepare(rows, partitioned=partitioned)
    start = perf_counter()
    act()
    elapsed = (perf_counter() - start) * 1000
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM visits")
        assert cursor.fetchone() == (rows // 10,)
    return Sample(elapsed)


def run(options: argparse.Namespace) -> str:
    """Return the table: medians, and how many times as long as a detach each takes, round by round."""
    results = play([(NAME, list(CONTENDERS))], options.repeat, lambda _, name: measure(name, options.rows))
    execute("DROP TABLE IF EXISTS visits, visits_2026_01")
    return table(
        [f"a month of {options.rows:,} rows", "median", "min-max", "detach = 1", "min-max"],
        [line(results, name) for name in CONTENDERS],
    )


def line(results: Results, name: str) -> list[str]:
    samples = [sample.ms for sample in results.of(NAME, name)]
    compared = results.ratios(NAME, name, DETACH)
    found = [milliseconds(statistics.median(samples)), spread(samples, milliseconds)]
    return [name, *found, ratio(statistics.median(compared)), spread(compared, ratio)]
