"""`schemapatterns.create_monthly_partitions()`: for those who maintain partitions in SQL alone."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import DatabaseError

from django_schemapatterns.partitions import bounds
from django_schemapatterns.partitions.plan import plan_ensure
from tests.partitions_maintenance.tools import Bookings, execute, value

pytestmark = pytest.mark.django_db

MAKE = "SELECT schemapatterns.create_monthly_partitions(%s, %s, %s)"
JANUARY = datetime(2026, 1, 31, 23, tzinfo=UTC)


@pytest.mark.parametrize("key", ["timestamptz", "timestamp", "date", "uuid"])
@pytest.mark.parametrize("zone", ["UTC", "America/New_York"])
def test_partitions_are_those_that_python_makes(bookings: Bookings, key: str, zone: str) -> None:
    bookings.create(key=key, ahead=2)
    execute("SELECT set_config('TimeZone', %s, true)", zone)

    assert value(MAKE, "bookings", "2026-01-20", "2026-04-01") == 3

    windows = [window for window, _ in bookings.listing().ranges]
    assert windows == bounds.windows_ahead("month", JANUARY, 2)
    assert bookings.names() == ["bookings_2026_01", "bookings_2026_02", "bookings_2026_03"]
    assert plan_ensure(bookings.listing(), now=JANUARY, using="default").steps == ()


def test_what_is_there_already_stays(bookings: Bookings) -> None:
    bookings.create(default=True)
    bookings.fill("2026-02-03 00:00+00")

    assert value(MAKE, "bookings", "2026-01-01", "2026-03-01") == 2
    assert value(MAKE, "bookings", "2026-01-01", "2026-04-01") == 1
    assert bookings.places() == [("bookings_2026_02", 1)]


@pytest.mark.parametrize("table", ["b" * 60, "ü" * 31, "Odd Table"])
def test_names_are_those_that_python_gives(bookings: Bookings, table: str) -> None:
    bookings.create(table=table)

    value(MAKE, f'"{table}"', "2026-01-01", "2026-03-01")

    listing = bookings.listing()
    wanted = [bounds.partition_name(listing.plain_name, "month", window.low) for window, _ in listing.ranges]
    assert [each.name.removeprefix("public.").strip('"') for each in listing.partitions] == wanted
    assert len(set(wanted)) == 2


def test_other_tables_are_refused() -> None:
    execute("CREATE TABLE plain (at date)")

    with pytest.raises(DatabaseError, match="plain is not partitioned by the range of one column"):
        value(MAKE, "plain", "2026-01-01", "2026-03-01")


@pytest.mark.parametrize(
    "at", ["1970-01-01 00:00+00", "2026-03-05 12:34:56.789999+00", "9999-12-31 23:59+00"]
)
def test_lowest_id_of_a_moment_is_that_of_python(at: str) -> None:
    assert value("SELECT schemapatterns.uuid7_at(%s)", at) == bounds.uuid7_at(datetime.fromisoformat(at))
