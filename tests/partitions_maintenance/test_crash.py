"""A server whose backend is killed with SIGKILL, so that it crashes and recovers."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections, models
from django.test.utils import isolate_apps

from django_schemapatterns import models as patterns
from django_schemapatterns.partitions.archive import Archive
from django_schemapatterns.partitions.convert import Strategy, convert
from django_schemapatterns.partitions.ensure import drain, ensure
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.options import partition_options
from django_schemapatterns.partitions.retention import Retention
from django_schemapatterns.partitions.running import Patience
from django_schemapatterns.schema.functions import declared, install_statements
from example_project.postgres import database_from_url, running_server
from tests.partitions_maintenance.tools import NOW, Bookings

ALIAS = "crashing"
TABLE = """
CREATE TABLE bookings (id bigint, at timestamptz NOT NULL, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE bookings_default PARTITION OF bookings DEFAULT;
CREATE TABLE bookings_2026_01 PARTITION OF bookings
    FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2026-02-01 00:00+00');
COMMENT ON TABLE bookings_2026_01 IS 'django-schemapatterns: partition';
INSERT INTO bookings SELECT n, '2026-03-05 00:00+00' FROM generate_series(1, 1000) AS n;
INSERT INTO bookings SELECT n, '2026-05-05 00:00+00' FROM generate_series(1, 500) AS n;
INSERT INTO bookings VALUES (0, '2026-01-05 00:00+00');
"""


@pytest.fixture
def server(django_db_blocker: Any, bookings: Bookings, tmp_path: Path) -> Iterator[str]:
    """Give the URL of a server that may crash, with bookings in it."""
    bookings.options |= {"keep": "1 month", "ahead": 0}
    with (
        running_server(tmp_path / "server", version=os.environ.get("SCHEMAPATTERNS_POSTGRES", "")) as url,
        django_db_blocker.unblock(),
    ):
        connections.settings[ALIAS] = {**connections.settings["default"], **database_from_url(url)}
        try:
            with connections[ALIAS].cursor() as cursor:
                for pattern, file in declared():
                    if pattern in {"schema", "partitions"}:
                        for statement in install_statements(pattern, file):
                            cursor.execute(statement)
                cursor.execute(TABLE)
            yield url
        finally:
            connections[ALIAS].close()
            del connections.settings[ALIAS]
            del connections[ALIAS]


def crash_while_it_waits(url: str, action: Callable[[], Any]) -> None:
    """Hold up an action by a reader, kill its backend as the kernel would, and wait for the recovery."""
    errors: list[OperationalError] = []

    def work() -> None:
        try:
            action()
        except OperationalError as error:
            errors.append(error)
        finally:
            connections[ALIAS].close()

    with recovery(url), psycopg.connect(url) as reader, psycopg.connect(url, autocommit=True) as other:
        reader.execute("SELECT count(*) FROM bookings")
        thread = threading.Thread(target=work)
        thread.start()
        while not (row := other.execute("SELECT pid FROM pg_locks WHERE NOT granted").fetchone()):
            time.sleep(0.02)
        os.kill(row[0], signal.SIGKILL)
        thread.join()
        reader.close()


@contextmanager
def recovery(url: str) -> Iterator[None]:
    """Expect a crash, and wait until the server, which ends every session then, is there again."""
    with psycopg.connect(url, autocommit=True) as witness, suppress(psycopg.OperationalError):
        yield
        for _ in range(600):
            witness.execute("SELECT 1")
            time.sleep(0.02)
        raise AssertionError("the server did not crash")
    connections[ALIAS].close()
    for _ in range(600):
        try:
            with psycopg.connect(url):
                return
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise AssertionError("the server did not recover")


def test_next_run_completes_what_a_crash_has_interrupted(server: str, tmp_path: Path) -> None:
    patience = Patience(lock_timeout=30, tries=1)
    retention = Retention(grace=None, archive=Archive(folder=tmp_path / "archive"))

    crash_while_it_waits(server, lambda: ensure(now=NOW, using=ALIAS, patience=patience))
    assert ensure(now=NOW, using=ALIAS).complete
    crash_while_it_waits(server, lambda: drain(using=ALIAS, patience=patience))
    assert drain(using=ALIAS).complete
    crash_while_it_waits(server, lambda: expire(now=NOW, using=ALIAS, patience=patience, retention=retention))
    outcome = expire(now=NOW, using=ALIAS, retention=retention)

    assert outcome.complete, outcome.problems
    with psycopg.connect(server) as other:
        places = other.execute("SELECT tableoid::regclass::text, count(*) FROM bookings GROUP BY 1")
        assert sorted(places.fetchall()) == [("bookings_2026_03", 1000), ("bookings_2026_05", 500)]
        assert other.execute("SELECT to_regclass('bookings_2026_01') IS NULL").fetchone() == (True,)
    assert len(list((tmp_path / "archive").iterdir())) == 2


SALES = """
CREATE TABLE sales (id bigint GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL);
INSERT INTO sales (at) SELECT now() - n * interval '1 minute' FROM generate_series(1, 25000) AS n;
CREATE VIEW sold AS SELECT count(*) FROM sales;
"""
MOMENTS: dict[Strategy, list[str]] = {
    "attach": ["VALIDATE CONSTRAINT", "CREATE UNIQUE INDEX", "ATTACH PARTITION", "ANALYZE"],
    "copy": ["ADD CONSTRAINT", "OVERRIDING SYSTEM VALUE", 'DROP TABLE "sales_history"', "ANALYZE"],
}


def crash_before(part: str) -> Callable[..., Any]:
    """Kill the backend as the kernel would when it is about to get a statement with that in it."""

    def kill(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if part in sql:
            os.kill(context["connection"].connection.info.backend_pid, signal.SIGKILL)
        return execute(sql, params, many, context)

    return kill


@pytest.mark.parametrize("strategy", list(MOMENTS))
def test_conversion_that_crashes_anywhere_is_completed_by_the_next(server: str, strategy: Strategy) -> None:
    with isolate_apps("tests.partitions"):

        class Sale(patterns.PartitionedModel):
            at = models.DateTimeField()

            class Partition:
                by, every = "at", "month"

            class Meta:
                app_label = "partitions"
                db_table = "sales"

    options = partition_options(Sale)
    assert options
    with psycopg.connect(server) as other:
        other.execute(SALES)
    for part in MOMENTS[strategy]:
        with (
            recovery(server),
            pytest.raises(OperationalError),
            connections[ALIAS].execute_wrapper(crash_before(part)),
            connections[ALIAS].schema_editor(atomic=False) as editor,
        ):
            convert(editor, Sale, options, strategy=strategy)
        with psycopg.connect(server) as other:
            other.execute("INSERT INTO sales (at) VALUES (now())")

    with connections[ALIAS].schema_editor(atomic=False) as editor:
        convert(editor, Sale, options, strategy=strategy)

    with psycopg.connect(server) as other:
        assert other.execute("SELECT count(*), count(DISTINCT id) FROM sales").fetchone() == (25004, 25004)
        assert other.execute("SELECT * FROM sold").fetchone() == (25004,)
        left = "SELECT relname FROM pg_class WHERE relname IN ('sales_new', 'sales_history_key_new')"
        assert other.execute(left).fetchall() == []
        kind = other.execute("SELECT relkind::text FROM pg_class WHERE relname = 'sales'").fetchone()
        assert kind == ("p",)
