"""Partitions made ahead: whatever the clock, however late, and whatever is there already."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import bounds
from django_schemapatterns.partitions.ensure import drain, ensure
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.listing import rows_in_default
from django_schemapatterns.partitions.plan import missing_after, plan_ensure
from django_schemapatterns.partitions.retention import Retention
from tests.partitions_maintenance.tools import NOW, Bookings, actions, execute, rows, value

pytestmark = pytest.mark.django_db

MARCH_TO_JUNE = [f"bookings_2026_{month:02}" for month in (3, 4, 5, 6)]


def test_partitions_are_made_from_now_to_what_lies_ahead(bookings: Bookings) -> None:
    bookings.create()

    outcome = ensure(now=NOW)

    assert outcome.complete
    assert bookings.names() == MARCH_TO_JUNE
    assert actions(outcome.done) == [*(f"create {name}" for name in MARCH_TO_JUNE), "analyze bookings"]
    assert all(each.is_ours for each in bookings.listing().partitions)
    assert bookings.listing().covered_until(NOW) == datetime(2026, 7, 1, tzinfo=UTC)


def test_second_run_finds_nothing_to_do(bookings: Bookings) -> None:
    bookings.create(default=True)
    ensure(now=NOW)

    assert plan_ensure(bookings.listing(), now=NOW, using="default").steps == ()
    assert ensure(now=NOW).done == []


@pytest.mark.parametrize("zone", ["UTC", "Europe/Rome", "America/New_York"])
@pytest.mark.parametrize("style", ["ISO, MDY", "SQL, DMY", "German"])
def test_settings_of_the_session_do_not_matter(bookings: Bookings, zone: str, style: str) -> None:
    bookings.create()
    execute("SELECT set_config('TimeZone', %s, true), set_config('DateStyle', %s, true)", zone, style)

    ensure(now=NOW)

    assert bookings.names() == MARCH_TO_JUNE
    execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'")
    assert value(
        "SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE relname = 'bookings_2026_03'"
    ) == ("FOR VALUES FROM ('2026-03-01 00:00:00+00') TO ('2026-04-01 00:00:00+00')")


@pytest.mark.parametrize(
    "now",
    [
        datetime(2028, 2, 29, 0, 0, tzinfo=UTC),
        datetime(2028, 1, 31, 23, 59, 59, 999999, tzinfo=UTC),
        datetime(2028, 12, 31, 9, 17, tzinfo=UTC),
    ],
)
def test_hour_of_the_run_does_not_matter(bookings: Bookings, now: datetime) -> None:
    bookings.create()

    ensure(now=now)

    windows = [window for window, _ in bookings.listing().ranges]
    assert windows == bounds.windows_ahead("month", now, 3)


@pytest.mark.parametrize("every", bounds.EVERY)
@pytest.mark.parametrize("key", ["timestamptz", "timestamp", "date", "uuid"])
def test_every_length_and_every_key(bookings: Bookings, every: Any, key: str) -> None:
    bookings.create(key=key, every=every, ahead=2)

    assert ensure(now=NOW).complete
    assert [window for window, _ in bookings.listing().ranges] == bounds.windows_ahead(every, NOW, 2)
    assert ensure(now=NOW).done == []


def test_late_run_makes_what_it_missed(bookings: Bookings) -> None:
    bookings.create(ahead=1)
    ensure(now=NOW)

    ensure(now=datetime(2026, 9, 2, tzinfo=UTC))

    assert bookings.names() == [f"bookings_2026_{month:02}" for month in range(3, 11)]


def test_holes_are_filled(bookings: Bookings) -> None:
    bookings.create(ahead=1)
    bookings.attach("odd_1", "2025-12-01 09:00+00", "2026-01-01 09:00+00")
    bookings.attach("odd_2", "2026-02-01 11:00+00", "2026-03-20 00:00+00", ours=False)

    ensure(now=NOW)

    assert bookings.names() == [
        "odd_1",
        "bookings_2026_01_01_090000",
        "bookings_2026_02_01_000000",
        "odd_2",
        "bookings_2026_03_20_000000",
        "bookings_2026_04",
    ]
    bookings.fill("2026-01-01 09:00+00", "2026-02-01 10:59+00", "2026-03-20 00:00+00")


def test_what_retention_would_take_at_once_is_not_made(bookings: Bookings) -> None:
    bookings.create(ahead=0, keep="2 months")
    bookings.attach("old", "2024-01-01 00:00+00", "2024-02-01 00:00+00")

    ensure(now=NOW)

    assert bookings.names() == ["old", "bookings_2026_01", "bookings_2026_02", "bookings_2026_03"]


def test_open_ends_are_left_alone(bookings: Bookings) -> None:
    bookings.create(ahead=1)
    execute(
        "CREATE TABLE history PARTITION OF bookings FOR VALUES FROM (MINVALUE) TO ('2026-03-01 00:00+00')"
    )
    execute("CREATE TABLE rest PARTITION OF bookings FOR VALUES FROM ('2026-04-01 00:00+00') TO (MAXVALUE)")

    ensure(now=NOW)

    assert bookings.names() == ["history", "bookings_2026_03", "rest"]


def test_name_that_is_taken_is_told_and_the_others_are_made(bookings: Bookings) -> None:
    bookings.create(ahead=1)
    execute("CREATE TABLE bookings_2026_03 (id int)")

    outcome = ensure(now=NOW)

    assert bookings.names() == ["bookings_2026_04"]
    assert "something else is called bookings_2026_03" in outcome.problems[0].text
    assert missing_after(bookings.listing(), NOW) == [bounds.window_of("month", NOW)]


def test_long_names_do_not_collide(bookings: Bookings) -> None:
    bookings.create(table="b" * 58)

    assert ensure(now=NOW).complete
    assert len(bookings.names()) == 4
    assert ensure(now=NOW).done == []


def test_new_partition_is_like_its_table(bookings: Bookings) -> None:
    bookings.create()
    execute("CREATE INDEX bookings_name ON bookings (name)")
    execute("ALTER TABLE bookings ADD CONSTRAINT short CHECK (length(name) < 9)")
    execute("CREATE TABLE guests (id int PRIMARY KEY); ALTER TABLE bookings ADD guest int REFERENCES guests")

    ensure(now=NOW)

    checks = (
        "SELECT conname FROM pg_constraint WHERE conrelid = 'bookings_2026_03'::regclass AND contype = 'c'"
    )
    assert rows(checks) == [("short",)]
    assert value("SELECT count(*) FROM pg_index WHERE indrelid = 'bookings_2026_03'::regclass") == 2
    assert len(rows(checks.replace("contype = 'c'", "contype = 'f'"))) == 1
    bookings.fill("2026-03-01 00:00+00", "2026-06-30 23:59+00")


def test_new_partition_gives_nobody_rights(bookings: Bookings) -> None:
    bookings.create(ahead=0)
    execute(
        "CREATE ROLE generous_maker; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO generous_maker, PUBLIC"
    )

    ensure(now=NOW)

    assert (
        value("SELECT has_table_privilege('generous_maker', 'bookings_2026_03', 'SELECT, INSERT')") is False
    )


def test_new_partition_is_partitioned_as_its_sisters_are(bookings: Bookings) -> None:
    bookings.create(ahead=1)
    execute(
        "CREATE TABLE bookings_2026_03 PARTITION OF bookings FOR VALUES FROM ('2026-03-01 00:00+00') "
        "TO ('2026-04-01 00:00+00') PARTITION BY HASH (id)"
    )
    for remainder in (0, 1):
        execute(
            f"CREATE TABLE bookings_2026_03_{remainder} PARTITION OF bookings_2026_03 "
            f"FOR VALUES WITH (MODULUS 2, REMAINDER {remainder})"
        )

    ensure(now=NOW)

    tree = "SELECT relid::regclass::text FROM pg_partition_tree('bookings_2026_04') ORDER BY 1"
    assert rows(tree) == [("bookings_2026_04",), ("bookings_2026_04_0",), ("bookings_2026_04_1",)]


def test_rows_of_the_default_partition_come_along(bookings: Bookings) -> None:
    bookings.create(default=True, ahead=0)
    bookings.fill("2026-03-01 00:00+00", "2026-03-31 23:59+00", "2026-05-01 00:00+00")

    outcome = ensure(now=NOW)

    assert bookings.places() == [("bookings_2026_03", 2), ("bookings_default", 1)]
    assert outcome.done[0].rows == 2


def test_drain_leaves_only_what_has_no_period(bookings: Bookings) -> None:
    bookings.create(default=True)
    bookings.fill(
        "1999-07-04 12:00+00", "2026-03-01 00:00+00", "2026-03-31 23:59+00", "infinity", "-infinity"
    )

    outcome = drain()

    assert outcome.complete
    assert bookings.places() == [("bookings_1999_07", 1), ("bookings_2026_03", 2), ("bookings_default", 2)]
    assert rows_in_default(bookings.listing(), using="default") == 2
    assert drain().done == []


@pytest.mark.parametrize("key", ["timestamp", "date", "uuid"])
def test_drain_reads_every_key(bookings: Bookings, key: str) -> None:
    bookings.create(default=True, key=key)
    at = str(bounds.uuid7_at(NOW)) if key == "uuid" else "2026-03-14"
    bookings.fill(at, "ffffffff-ffff-4fff-8fff-ffffffffffff" if key == "uuid" else "infinity")

    drain()

    assert bookings.places() == [("bookings_2026_03", 1), ("bookings_default", 1)]


def test_triggers_do_not_see_that_rows_move(bookings: Bookings) -> None:
    bookings.create(default=True, ahead=0)
    bookings.fill("2026-03-05 00:00+00")
    execute(
        "CREATE FUNCTION pg_temp.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'seen'; END $$"
    )
    on = "FOR EACH ROW EXECUTE FUNCTION pg_temp.refuse()"
    execute(f"CREATE TRIGGER row_guard BEFORE INSERT OR DELETE ON bookings {on}")
    execute("ALTER TABLE bookings ENABLE ALWAYS TRIGGER row_guard")
    execute(f"CREATE TRIGGER off BEFORE DELETE ON bookings_default {on}")
    execute("ALTER TABLE bookings_default DISABLE TRIGGER off")

    assert ensure(now=NOW).complete

    assert bookings.places() == [("bookings_2026_03", 1)]
    enabled = "SELECT tgrelid::regclass::text, tgname, tgenabled FROM pg_trigger WHERE NOT tgisinternal"
    assert sorted(row for row in rows(enabled) if row[0].startswith("bookings")) == [
        ("bookings", "row_guard", "A"),
        ("bookings_2026_03", "row_guard", "A"),
        ("bookings_default", "off", "D"),
        ("bookings_default", "row_guard", "A"),
    ]


@pytest.mark.parametrize("rule", ["NO ACTION DEFERRABLE INITIALLY DEFERRED", "CASCADE", "SET NULL"])
def test_rows_that_others_point_at_move_and_stay_pointed_at(bookings: Bookings, rule: str) -> None:
    bookings.create(default=True, ahead=0)
    bookings.fill("2026-03-05 00:00+00")
    execute(
        "CREATE TABLE notes (id int, booking bigint, at timestamptz, "
        f"CONSTRAINT note_booking FOREIGN KEY (booking, at) REFERENCES bookings ON DELETE {rule})"
    )
    execute("COMMENT ON CONSTRAINT note_booking ON notes IS 'kept'")
    execute("INSERT INTO notes SELECT 1, id, at FROM bookings; SET CONSTRAINTS ALL IMMEDIATE")
    before = value("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'note_booking'")

    outcome = ensure(now=NOW)

    assert actions(outcome.done)[1:] == ["validate notes", "analyze bookings"]
    assert rows("SELECT booking IS NOT NULL FROM notes") == [(True,)]
    after = "SELECT pg_get_constraintdef(oid), obj_description(oid, 'pg_constraint') FROM pg_constraint "
    assert rows(f"{after} WHERE conname = 'note_booking'") == [(before, "kept")]


def test_generated_and_identity_columns_move(bookings: Bookings) -> None:
    bookings.create(default=True, ahead=0)
    execute("ALTER TABLE bookings ADD twice bigint GENERATED ALWAYS AS (id * 2) STORED")
    execute("ALTER TABLE bookings ALTER id SET GENERATED ALWAYS")
    bookings.fill("2026-03-05 00:00+00")

    assert ensure(now=NOW).complete
    assert rows("SELECT id, twice FROM bookings_2026_03") == [(1, 2)]


def test_only_named_tables_are_maintained(bookings: Bookings) -> None:
    bookings.create()

    with pytest.raises(ConfigurationError, match=r"Did you mean tests\.Booking"):
        ensure("tests.Bookings", now=NOW)
    ensure("bookings", now=NOW)
    assert len(bookings.names()) == 4


def test_named_table_must_be_there(bookings: Bookings) -> None:
    assert ensure(now=NOW).done == []
    with pytest.raises(ConfigurationError, match=r"manage\.py migrate"):
        ensure("tests.Booking", now=NOW)


def test_clock_is_that_of_now_by_default(bookings: Bookings) -> None:
    bookings.create(ahead=0)

    ensure()

    assert timezone.now() in bookings.listing().ranges[0][0]
    assert connection.in_atomic_block


def test_owner_needs_no_superuser(bookings: Bookings) -> None:
    execute("CREATE ROLE plain_owner; GRANT CREATE ON SCHEMA public TO plain_owner")
    execute("GRANT USAGE ON SCHEMA schemapatterns TO plain_owner; SET LOCAL ROLE plain_owner")
    bookings.create(default=True, ahead=1, keep="1 month")
    execute(
        "CREATE TABLE notes (booking bigint, at timestamptz, FOREIGN KEY (booking, at) REFERENCES bookings)"
    )
    bookings.fill("2026-03-05 00:00+00", "2026-01-05 00:00+00")
    execute("INSERT INTO notes SELECT id, at FROM bookings WHERE at > '2026-03-01'")

    outcomes = [ensure(now=NOW), drain(), expire(now=NOW, retention=Retention(grace=None, archive=None))]

    execute("RESET ROLE")
    assert [outcome.problems for outcome in outcomes] == [[], [], []]
    assert bookings.places() == [("bookings_2026_03", 1)]
    assert actions(outcomes[2].done)[-1] == "drop bookings_2026_01"


def test_partition_belongs_to_the_owner_of_its_table(bookings: Bookings) -> None:
    execute("CREATE ROLE plain_owner; GRANT CREATE ON SCHEMA public TO plain_owner")
    bookings.create(ahead=0)
    execute("ALTER TABLE bookings OWNER TO plain_owner")

    ensure(now=NOW)

    owner = "SELECT pg_get_userbyid(relowner) FROM pg_class WHERE relname = 'bookings_2026_03'"
    assert value(owner) == "plain_owner"


def test_who_is_not_the_owner_is_told(bookings: Bookings) -> None:
    bookings.create(ahead=0)
    execute("CREATE ROLE plain_stranger; GRANT CREATE ON SCHEMA public TO plain_stranger")
    execute("GRANT USAGE ON SCHEMA schemapatterns TO plain_stranger; SET LOCAL ROLE plain_stranger")

    outcome = ensure(now=NOW)

    execute("RESET ROLE")
    assert "permission denied" in outcome.problems[0].text or "must be owner" in outcome.problems[0].text
    assert bookings.names() == []


def test_planner_knows_the_whole_table(bookings: Bookings) -> None:
    bookings.create(default=True, ahead=0)
    bookings.fill("2026-03-05 00:00+00", times=50)
    statistics = "SELECT count(*) FROM pg_stats WHERE tablename = 'bookings' AND inherited"
    assert value(statistics) == 0

    ensure(now=NOW)

    assert value(statistics) == 3
