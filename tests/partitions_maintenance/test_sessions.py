"""Other sessions: readers, writers, second runs, and the administrator who kills ours."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connection, transaction

from django_schemapatterns.context import acting_as
from django_schemapatterns.partitions.archive import Archive
from django_schemapatterns.partitions.bounds import Duration
from django_schemapatterns.partitions.ensure import drain, ensure
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.plan import Outcome, plan_ensure
from django_schemapatterns.partitions.retention import Retention
from django_schemapatterns.partitions.running import Patience
from django_schemapatterns.partitions.signals import partition_archived, partition_retired
from tests.partitions_maintenance.tools import NOW, Bookings, actions, execute, rows, value

PATIENT = Patience(lock_timeout=20, tries=2, pause=0.1)
IMPATIENT = Patience(lock_timeout=0.1, tries=1)
GRACE = Retention(grace=Duration(7, "day"), archive=None)


def session(**options: Any) -> psycopg.Connection:
    return psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": None}, **options)


class Run:
    """A call in a thread of its own, and what came of it."""

    def __init__(self, call: Callable[[], Outcome]) -> None:
        self.outcome: Outcome | None = None
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._work, args=[call])
        self.thread.start()

    def _work(self, call: Callable[[], Outcome]) -> None:
        try:
            self.outcome = call()
        except OperationalError as error:
            self.error = error
        finally:
            connection.close()

    def join(self) -> Outcome:
        self.thread.join(60)
        assert self.outcome is not None, self.error
        return self.outcome


def wait_until(condition: str) -> None:
    for _ in range(1000):
        if value(condition):
            return
        time.sleep(0.02)
    raise AssertionError(condition)


HERE = "FROM pg_locks JOIN pg_stat_activity USING (pid) WHERE NOT granted AND datname = current_database()"
WAITING = f"SELECT EXISTS (SELECT {HERE})"
KILL_WHO_WAITS = f"SELECT pg_terminate_backend(pid) {HERE}"


def test_many_runs_at_once_make_each_partition_once(shared: Bookings) -> None:
    shared.create(default=True)
    runs = [Run(lambda: ensure(now=NOW, patience=PATIENT)) for _ in range(6)]

    outcomes = [run.join() for run in runs]

    assert [outcome.problems for outcome in outcomes] == [[]] * 6
    made = [step.partition for outcome in outcomes for step in outcome.done if step.action == "create"]
    assert sorted(made) == [f"bookings_2026_0{month}" for month in (3, 4, 5, 6)]


@contextmanager
def writers(number: int, at: str) -> Iterator[list[Any]]:
    """Write bookings all the time, each in a transaction of its own; yield what went wrong."""
    stop, written = threading.Event(), [0] * number
    errors: list[Any] = []

    def write(place: int) -> None:
        with session(autocommit=True) as writer:
            while not stop.is_set():
                try:
                    writer.execute("INSERT INTO bookings (at, name) VALUES (%s, 'written')", [at])
                    written[place] += 1
                except psycopg.Error as error:
                    errors.append(error)

    threads = [threading.Thread(target=write, args=[place]) for place in range(number)]
    for thread in threads:
        thread.start()
    try:
        while not all(written):
            time.sleep(0.01)
        yield errors
        stop.wait(0.2)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    errors.extend(
        [] if sum(written) == value("SELECT count(*) FROM bookings WHERE name = 'written'") else ["lost"]
    )


def test_writers_meet_no_error_and_lose_no_row_while_rows_move(shared: Bookings) -> None:
    shared.create(default=True, ahead=0)
    shared.fill("2026-03-05 00:00+00", times=20_000)

    with writers(2, "2026-03-09 00:00+00") as errors:
        outcome = drain(patience=PATIENT)

    assert outcome.complete, outcome.problems
    assert errors == []
    places = dict(shared.places())
    assert list(places) == ["bookings_2026_03"]
    assert value("SELECT count(*) FROM bookings WHERE name = 'x'") == 20_000


def test_reader_sees_each_row_once_while_rows_move(shared: Bookings) -> None:
    shared.create(default=True, ahead=0)
    shared.fill("2026-03-05 00:00+00", "2026-04-05 00:00+00", times=2_000)
    counts: set[int] = set()
    stop = threading.Event()

    def count() -> None:
        with session(autocommit=True) as reader:
            while not stop.is_set():
                row = reader.execute("SELECT count(*) FROM bookings").fetchone()
                counts.add(row[0] if row else -1)

    thread = threading.Thread(target=count)
    thread.start()
    drain(patience=PATIENT)
    stop.set()
    thread.join()

    assert counts == {4_000}


def test_open_readers_and_writers_do_not_hinder_a_table_without_default(shared: Bookings) -> None:
    shared.create(ahead=0)
    ensure(now=NOW)
    with session() as other:
        other.execute("SELECT count(*) FROM bookings")
        other.execute("INSERT INTO bookings (at) VALUES ('2026-03-05 00:00+00')")
        shared.options["ahead"] = 2

        outcome = ensure(now=NOW, patience=IMPATIENT)

    assert actions(outcome.done)[:2] == ["create bookings_2026_04", "create bookings_2026_05"]


def test_lock_that_is_not_to_be_had_is_told_and_tried_again(shared: Bookings) -> None:
    shared.create(default=True, ahead=0)
    with session() as other:
        other.execute("SELECT count(*) FROM bookings")
        assert "lock timeout" in ensure(now=NOW, patience=IMPATIENT).problems[0].text

        run = Run(lambda: ensure(now=NOW, patience=Patience(lock_timeout=0.1, tries=99, pause=0.01)))
        wait_until(WAITING)
        other.rollback()

    assert run.join().complete
    assert "bookings_2026_03" in shared.names()


@pytest.mark.parametrize(
    "action", [lambda: ensure(now=NOW, patience=PATIENT), lambda: drain(patience=PATIENT)]
)
def test_run_that_is_killed_leaves_nothing_and_the_next_completes_it(
    shared: Bookings, action: Callable[[], Outcome]
) -> None:
    shared.create(default=True, ahead=0)
    shared.fill("2026-03-05 00:00+00", times=100)
    with session() as other:
        other.execute("SELECT count(*) FROM bookings")
        run = Run(action)
        wait_until(WAITING)
        execute(KILL_WHO_WAITS)
        run.thread.join()

    assert run.error or (run.outcome and run.outcome.problems)
    assert shared.places() == [("bookings_default", 100)]
    assert value("SELECT to_regclass('bookings_2026_03') IS NULL")
    assert action().complete
    assert shared.places() == [("bookings_2026_03", 100)]


@pytest.fixture
def january(shared: Bookings) -> Bookings:
    shared.create(keep="1 month", ahead=0)
    shared.attach("bookings_2026_01", "2026-01-01 00:00+00", "2026-02-01 00:00+00")
    shared.attach("bookings_2026_02", "2026-02-01 00:00+00", "2026-03-01 00:00+00")
    shared.fill("2026-01-05 00:00+00", "2026-02-05 00:00+00")
    return shared


def test_detach_waits_for_nobody_who_reads_another_month(january: Bookings) -> None:
    with session(autocommit=True) as other:
        other.execute("SELECT count(*) FROM bookings")
        outcome = expire(now=NOW, retention=GRACE, patience=IMPATIENT)

    assert actions(outcome.done) == ["detach bookings_2026_01"]


def test_what_was_detached_comes_back_without_a_look_at_its_rows(january: Bookings) -> None:
    """DETACH CONCURRENTLY leaves a check of the bounds behind, which proves them."""
    expire(now=NOW, retention=GRACE)
    (leftover,) = january.listing().leftovers
    said: list[str] = []
    execute("SET client_min_messages = debug1")
    connection.connection.add_notice_handler(lambda notice: said.append(notice.message_primary))

    execute(f"ALTER TABLE bookings ATTACH PARTITION {leftover.name} {leftover.mark.bounds}")

    connection.close()
    assert 'partition constraint for table "bookings_2026_01" is implied by existing constraints' in said
    assert january.names() == ["bookings_2026_01", "bookings_2026_02"]


@pytest.mark.parametrize("end", ["killed", "timeout"])
def test_detach_that_was_interrupted_is_finished_by_the_next_run(january: Bookings, end: str) -> None:
    with session() as other:
        other.execute("SELECT count(*) FROM bookings")
        run = Run(
            lambda: expire(now=NOW, retention=GRACE, patience=PATIENT if end == "killed" else IMPATIENT)
        )
        if end == "killed":
            wait_until(WAITING)
            execute(KILL_WHO_WAITS)
        run.thread.join()

        pending = [each.name for each in january.listing().partitions if each.is_pending]
        assert pending == ["public.bookings_2026_01"]

    outcome = expire(now=NOW, retention=GRACE)

    assert actions(outcome.done) == ["finish bookings_2026_01"]
    assert january.names() == ["bookings_2026_02"]
    assert january.listing().leftovers[0].mark.since == NOW


@pytest.mark.parametrize("signal", [partition_archived, partition_retired])
def test_run_that_is_killed_while_it_archives_or_drops_is_completed_by_the_next(
    january: Bookings, tmp_path: Path, signal: Any
) -> None:
    retention = Retention(grace=None, archive=Archive(folder=tmp_path))

    def kill(**kwargs: Any) -> None:
        with session(autocommit=True) as other, connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            other.execute("SELECT pg_terminate_backend(%s, 5000)", cursor.fetchone())

    signal.connect(kill)
    run = Run(lambda: expire(now=NOW, retention=retention, patience=PATIENT))
    run.thread.join()
    signal.disconnect(kill)

    assert run.error or (run.outcome and run.outcome.problems)
    assert value("SELECT count(*) FROM bookings_2026_01") == 1
    outcome = expire(now=NOW, retention=retention)
    assert outcome.complete, outcome.problems
    assert actions(outcome.done)[-1] == "drop bookings_2026_01"
    assert len(list(tmp_path.iterdir())) == 2


def test_second_run_stands_back(january: Bookings) -> None:
    with session() as other:
        other.execute("SELECT count(*) FROM bookings")
        first = Run(lambda: expire(now=NOW, retention=GRACE, patience=PATIENT))
        wait_until(WAITING)

        second = expire(now=NOW, retention=GRACE, patience=IMPATIENT)
        other.rollback()

    assert "another run is at work" in second.problems[0].text
    assert first.join().complete


def test_session_keeps_its_lock_timeout(january: Bookings) -> None:
    expire(now=NOW, retention=GRACE)

    assert value("SHOW lock_timeout") == "0"
    mine = "database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    assert value(f"SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND {mine}") == 0


def test_run_on_somebodys_behalf_detaches_without_a_lock_all_the_same(january: Bookings) -> None:
    def retire() -> Outcome:
        with acting_as(user_id="7", reason="spring cleaning"):
            return expire(now=NOW, retention=GRACE, patience=PATIENT)

    with session() as other:
        other.execute("INSERT INTO bookings (at) VALUES ('2026-02-05 00:00+00')")
        run = Run(retire)
        wait_until(WAITING)
        with session(autocommit=True) as third:
            third.execute("SET lock_timeout = '2s'; INSERT INTO bookings (at) VALUES ('2026-02-06 00:00+00')")
        other.rollback()

    assert run.join().complete
    assert january.names() == ["bookings_2026_02"]


LOCKS = (
    "SELECT mode FROM pg_locks WHERE pid = pg_backend_pid() AND relation = 'bookings'::regclass ORDER BY 1"
)


@pytest.mark.parametrize(
    ("default", "strongest"), [(False, "ShareUpdateExclusiveLock"), (True, "ShareRowExclusiveLock")]
)
def test_table_is_locked_no_more_than_it_must_be(shared: Bookings, default: bool, strongest: str) -> None:
    shared.create(default=default, ahead=0)
    with transaction.atomic():
        execute(plan_ensure(shared.listing(), now=NOW, using="default").steps[0].sql)

        modes = {mode for (mode,) in rows(LOCKS)}

    assert strongest in modes
    assert modes <= {"AccessShareLock", "ShareUpdateExclusiveLock", strongest}
