"""Partitions that have had their time: what is touched, in which order, and what never is."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from django_schemapatterns.partitions import marks
from django_schemapatterns.partitions.archive import Archive
from django_schemapatterns.partitions.bounds import Duration
from django_schemapatterns.partitions.ensure import ensure
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.plan import Outcome
from django_schemapatterns.partitions.retention import Retention, plan_expire
from django_schemapatterns.partitions.signals import partition_archived, partition_retired
from tests.partitions_maintenance.tools import NOW, Bookings, actions, execute, rows, value

pytestmark = pytest.mark.django_db

WEEK = Duration(7, "day")
AT_ONCE = Retention(grace=None, archive=None)
WITH_GRACE = Retention(grace=WEEK, archive=None)


@pytest.fixture
def january(bookings: Bookings) -> Bookings:
    """Bookings of January, February and March, of which those of January have had their time."""
    bookings.create(keep="1 month", ahead=0)
    for month in (1, 2, 3):
        bookings.attach(
            f"bookings_2026_0{month}", f"2026-0{month}-01 00:00+00", f"2026-0{month + 1}-01 00:00+00"
        )
    bookings.fill("2026-01-05 00:00+00", "2026-01-31 23:59+00", "2026-02-14 00:00+00")
    return bookings


def exists(table: str) -> bool:
    return bool(value("SELECT to_regclass(%s) IS NOT NULL", table))


def test_old_partition_is_detached_and_dropped_after_the_grace(january: Bookings) -> None:
    outcome = expire(now=NOW, retention=WITH_GRACE)

    assert actions(outcome.done) == ["detach bookings_2026_01"]
    assert january.names() == ["bookings_2026_02", "bookings_2026_03"]
    assert value("SELECT count(*) FROM bookings_2026_01") == 2
    assert expire(now=NOW + timedelta(days=6), retention=WITH_GRACE).done == []
    assert actions(expire(now=NOW + timedelta(days=7), retention=WITH_GRACE).done) == [
        "drop bookings_2026_01"
    ]
    assert not exists("bookings_2026_01")


def test_without_a_grace_it_is_dropped_at_once(january: Bookings) -> None:
    outcome = expire(now=NOW, retention=AT_ONCE)

    assert actions(outcome.done) == ["detach bookings_2026_01", "drop bookings_2026_01"]
    assert not exists("bookings_2026_01")


def test_last_day_is_kept(january: Bookings) -> None:
    exactly = datetime(2026, 3, 1, tzinfo=UTC)

    assert expire(now=exactly - timedelta(microseconds=1), retention=AT_ONCE).done == []
    assert actions(expire(now=exactly, retention=AT_ONCE).done)[-1] == "drop bookings_2026_01"


def test_what_is_kept_for_ever_stays(january: Bookings) -> None:
    january.options["keep"] = None

    assert expire(now=NOW + timedelta(days=9999), retention=AT_ONCE).done == []


def test_without_our_mark_nothing_is_touched(january: Bookings) -> None:
    execute("COMMENT ON TABLE bookings_2026_01 IS 'somebody else needs it'")

    assert expire(now=NOW, retention=AT_ONCE).done == []
    assert "bookings_2026_01" in january.names()


def test_retention_goes_on_beyond_a_hole(january: Bookings) -> None:
    january.attach("bookings_2025_06", "2025-06-01 00:00+00", "2025-07-01 00:00+00")

    expire(now=NOW, retention=AT_ONCE)

    assert january.names() == ["bookings_2026_02", "bookings_2026_03"]


def test_history_goes_as_a_whole_when_its_newest_row_has_had_its_time(bookings: Bookings) -> None:
    bookings.create(keep="1 month", ahead=0)
    execute("CREATE TABLE old PARTITION OF bookings FOR VALUES FROM (MINVALUE) TO ('2026-02-01 00:00+00')")
    execute(f"COMMENT ON TABLE old IS '{marks.ATTACHED}'")
    bookings.fill("1999-01-05 00:00+00", "2026-01-31 00:00+00")

    assert expire(now=datetime(2026, 2, 28, tzinfo=UTC), retention=AT_ONCE).done == []
    assert actions(expire(now=NOW, retention=AT_ONCE).done) == ["detach old", "drop old"]


def test_dry_plan_changes_nothing(january: Bookings) -> None:
    plan = plan_expire(january.listing(), AT_ONCE, now=NOW, using="default")

    assert actions(plan.steps) == ["detach bookings_2026_01", "drop bookings_2026_01"]
    assert (
        plan.steps[0].sql
        == "ALTER TABLE public.bookings DETACH PARTITION public.bookings_2026_01 CONCURRENTLY"
    )
    assert json.dumps(plan.as_json())
    assert len(january.names()) == 3


def test_default_partition_is_no_obstacle(january: Bookings) -> None:
    execute("CREATE TABLE bookings_default PARTITION OF bookings DEFAULT")

    assert expire(now=NOW, retention=AT_ONCE).complete
    assert january.names() == ["bookings_2026_02", "bookings_2026_03", "bookings_default"]


def test_rows_that_others_point_at_keep_their_partition(january: Bookings) -> None:
    execute(
        "CREATE TABLE notes (booking bigint, at timestamptz, FOREIGN KEY (booking, at) REFERENCES bookings)"
    )
    execute("INSERT INTO notes SELECT id, at FROM bookings WHERE at < '2026-02-01'")

    outcome = expire(now=NOW, retention=AT_ONCE)

    assert "2 rows of notes point at it" in outcome.problems[0].text
    assert "bookings_2026_01" in january.names()
    assert (
        value("SELECT count(*) FROM pg_constraint WHERE conrelid = 'notes'::regclass AND contype = 'f'") >= 1
    )
    execute("DELETE FROM notes")
    assert expire(now=NOW, retention=AT_ONCE).complete
    assert (
        value("SELECT count(*) FROM pg_constraint WHERE conrelid = 'notes'::regclass AND contype = 'f'") >= 1
    )


def test_view_of_a_partition_keeps_it_and_is_told(january: Bookings) -> None:
    execute("CREATE VIEW old_bookings AS SELECT * FROM bookings_2026_01")

    outcome = expire(now=NOW, retention=AT_ONCE)

    assert "old_bookings" in outcome.problems[0].text
    assert exists("old_bookings")
    assert value("SELECT count(*) FROM bookings_2026_01") == 2


def test_partition_with_partitions_goes_with_them(bookings: Bookings) -> None:
    bookings.create(keep="1 month", ahead=0)
    execute(
        "CREATE TABLE bookings_2026_01 PARTITION OF bookings FOR VALUES FROM ('2026-01-01 00:00+00') "
        "TO ('2026-02-01 00:00+00') PARTITION BY HASH (id)"
    )
    execute("CREATE TABLE part_0 PARTITION OF bookings_2026_01 FOR VALUES WITH (MODULUS 1, REMAINDER 0)")
    execute(f"COMMENT ON TABLE bookings_2026_01 IS '{marks.ATTACHED}'")

    assert expire(now=NOW, retention=AT_ONCE).complete
    assert not exists("part_0")


def test_partition_that_came_back_within_the_grace_stays(january: Bookings) -> None:
    expire(now=NOW, retention=WITH_GRACE)
    execute(
        "ALTER TABLE bookings ATTACH PARTITION bookings_2026_01 "
        "FOR VALUES FROM ('2026-01-01 00:00+00') TO ('2026-02-01 00:00+00')"
    )
    january.options["keep"] = "6 months"

    assert expire(now=NOW + timedelta(days=30), retention=WITH_GRACE).done == []
    assert "bookings_2026_01" in january.names()


def test_partition_that_was_detached_by_hand_is_not_ours_any_more(january: Bookings) -> None:
    execute("ALTER TABLE bookings DETACH PARTITION bookings_2026_01")

    assert expire(now=NOW + timedelta(days=99), retention=AT_ONCE).complete
    assert exists("bookings_2026_01")


def test_name_of_a_detached_partition_tells_how_it_comes_back(january: Bookings) -> None:
    expire(now=NOW, retention=WITH_GRACE)

    outcome = ensure(now=datetime(2026, 1, 9, tzinfo=UTC))

    assert "ATTACH PARTITION public.bookings_2026_01 FOR VALUES FROM" in outcome.problems[0].hint


def test_mark_of_a_detached_partition(january: Bookings) -> None:
    expire(now=NOW, retention=WITH_GRACE)

    mark = january.listing().leftovers[0].mark
    assert (mark.parent, mark.since, mark.archive) == ("public.bookings", NOW, None)
    assert mark.bounds == "FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00')"


def test_run_that_was_stopped_before_the_date_is_finished(january: Bookings) -> None:
    mark = marks.Detached(parent="public.bookings", bounds="FOR VALUES FROM ('x') TO ('y')")
    execute("ALTER TABLE bookings DETACH PARTITION bookings_2026_01")
    execute(f"COMMENT ON TABLE bookings_2026_01 IS '{mark.comment.replace(chr(39), chr(39) * 2)}'")

    outcome = expire(now=NOW, retention=WITH_GRACE)

    assert actions(outcome.done) == ["date bookings_2026_01"]
    assert january.listing().leftovers[0].mark.since == NOW


@pytest.fixture
def archived(tmp_path: Path) -> Retention:
    return Retention(grace=None, archive=Archive(folder=tmp_path / "archive"))


def test_rows_are_in_the_archive_before_the_partition_is_gone(january: Bookings, archived: Retention) -> None:
    outcome = expire(now=NOW, retention=archived)

    assert outcome.complete, outcome.problems
    assert [each.split()[0] for each in actions(outcome.done)] == ["detach", "archive", "drop"]
    assert archived.archive
    files = sorted(path.name for path in archived.archive.folder.iterdir())
    assert files == ["public.bookings_2026_01.ndjson.gz", "public.bookings_2026_01.ndjson.gz.manifest.json"]


def test_archive_that_fails_keeps_the_partition(january: Bookings, tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file, and no folder")
    retention = Retention(grace=None, archive=Archive(folder=tmp_path / "archive"))

    outcome = expire(now=NOW, retention=retention)

    assert actions(outcome.done) == ["detach bookings_2026_01"]
    assert "can not be written" in outcome.problems[0].text
    assert exists("bookings_2026_01")


def test_values_that_parquet_lacks_keep_the_partition_until_another_format_is_chosen(
    bookings: Bookings, tmp_path: Path
) -> None:
    bookings.create(keep="1 month", ahead=0)
    bookings.attach("bookings_2026_01", "2026-01-01 00:00+00", "2026-02-01 00:00+00")
    execute("ALTER TABLE bookings ADD until timestamptz DEFAULT 'infinity'")
    bookings.fill("2026-01-05 00:00+00")

    def retire(form: str) -> Outcome:
        return expire(now=NOW, retention=Retention(grace=None, archive=Archive(folder=tmp_path, format=form)))

    refused = retire("parquet")

    assert 'FORMAT = "ndjson"' in refused.problems[0].text
    assert value("SELECT count(*) FROM bookings_2026_01") == 1
    assert actions(retire("ndjson").done) == ["archive bookings_2026_01", "drop bookings_2026_01"]


@pytest.mark.parametrize("damage", ["cut", "gone", "no manifest", "one more row"])
def test_nothing_is_dropped_whose_archive_is_not_whole(
    january: Bookings, archived: Retention, damage: str
) -> None:
    waiting = Retention(grace=WEEK, archive=archived.archive)
    expire(now=NOW, retention=waiting)
    path = Path(str(january.listing().leftovers[0].mark.archive))
    if damage == "cut":
        path.write_bytes(path.read_bytes()[:-9])
    elif damage == "gone":
        path.unlink()
    elif damage == "no manifest":
        path.with_name(f"{path.name}.manifest.json").unlink()
    else:
        execute("INSERT INTO bookings_2026_01 (id, at) VALUES (99, '2026-01-09 00:00+00')")

    outcome = expire(now=NOW + timedelta(days=8), retention=waiting)

    assert outcome.done == []
    assert len(outcome.problems) == 1
    assert exists("bookings_2026_01")


def test_what_was_detached_without_an_archive_is_archived_when_that_is_asked_for(
    january: Bookings, archived: Retention
) -> None:
    expire(now=NOW, retention=WITH_GRACE)

    outcome = expire(now=NOW + timedelta(days=9), retention=archived)

    assert [each.split()[0] for each in actions(outcome.done)] == ["archive", "drop"]


def test_receiver_that_raises_keeps_the_partition(january: Bookings, archived: Retention) -> None:
    def refuse(**kwargs: Any) -> None:
        raise OSError("the bucket is full")

    partition_archived.connect(refuse)
    try:
        with pytest.raises(OSError, match="bucket is full"):
            expire(now=NOW, retention=archived)
    finally:
        partition_archived.disconnect(refuse)

    assert exists("bookings_2026_01")
    assert expire(now=NOW, retention=archived).complete
    assert not exists("bookings_2026_01")


def test_others_hear_of_what_is_dropped(january: Bookings) -> None:
    heard: list[str] = []

    def note(*, partition: str, **kwargs: Any) -> None:
        heard.append(partition)

    partition_retired.connect(note)
    try:
        expire(now=NOW, retention=AT_ONCE)
    finally:
        partition_retired.disconnect(note)

    assert heard == ["public.bookings_2026_01"]


def test_settings_say_how_partitions_are_retired(settings: Any, january: Bookings, tmp_path: Path) -> None:
    settings.SCHEMAPATTERNS = {
        "PARTITIONS_ARCHIVE": tmp_path,
        "PARTITIONS_GRACE": None,
        "PARTITIONS_ARCHIVE_FORMAT": "parquet",
    }

    assert expire(now=NOW).complete
    assert (tmp_path / "public.bookings_2026_01.parquet").exists()
    assert rows("SELECT count(*) FROM bookings") == [(1,)]


def test_rows_that_a_policy_hides_are_not_lost(bookings: Bookings, tmp_path: Path) -> None:
    execute("CREATE ROLE bound_owner; GRANT CREATE ON SCHEMA public TO bound_owner")
    execute("GRANT USAGE ON SCHEMA schemapatterns TO bound_owner; SET LOCAL ROLE bound_owner")
    bookings.create(keep="1 month", ahead=0)
    bookings.attach("bookings_2026_01", "2026-01-01 00:00+00", "2026-02-01 00:00+00")
    bookings.fill("2026-01-05 00:00+00")
    for verb in ("ENABLE", "FORCE"):
        execute(f"ALTER TABLE bookings_2026_01 {verb} ROW LEVEL SECURITY")

    outcome = expire(now=NOW, retention=Retention(grace=None, archive=Archive(folder=tmp_path)))

    execute("RESET ROLE")
    assert "row-level security" in outcome.problems[0].text
    assert value("SELECT count(*) FROM bookings_2026_01") == 1
