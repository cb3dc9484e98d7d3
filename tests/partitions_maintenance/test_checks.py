"""Checks that tell before rows are refused, and what happens at `migrate`."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from django.utils import timezone

from django_schemapatterns import conf
from django_schemapatterns.partitions.database_checks import (
    check_archive,
    check_kept,
    check_partitions_database,
)
from django_schemapatterns.partitions.ensure import ensure
from django_schemapatterns.partitions.expire import expire
from tests.partitions_maintenance.tools import NOW, Bookings, execute


def found() -> list[str]:
    return [f"{each.id} {each.msg}" for each in check_partitions_database(databases=["default"])]


@pytest.mark.django_db
def test_table_that_is_well_is_passed(bookings: Bookings) -> None:
    bookings.create(default=True)
    ensure()

    assert found() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("default", "fate"), [(False, "they are refused"), (True, "they go into the default")]
)
def test_missing_partition_is_told(bookings: Bookings, default: bool, fate: str) -> None:
    bookings.create(default=default)

    (message,) = found()

    assert message.startswith(
        f"schemapatterns.W540 tests.Booking has no partition for rows from {timezone.now():%Y-%m}-01 on"
    )
    assert fate in message


@pytest.mark.django_db
def test_last_period_ahead_is_missed_too(bookings: Bookings) -> None:
    bookings.create(ahead=2)
    ensure()
    bookings.options["ahead"] = 3

    assert [each.split()[0] for each in found()] == ["schemapatterns.W540"]


@pytest.mark.django_db
def test_rows_in_the_default_partition_are_told(bookings: Bookings) -> None:
    bookings.create(default=True)
    ensure()
    bookings.fill("1999-01-01 00:00+00", times=2)

    assert found() == ["schemapatterns.W541 tests.Booking: 2 rows are in the default partition."]


@pytest.mark.django_db
def test_trigger_that_is_off_on_one_partition_is_told(bookings: Bookings) -> None:
    bookings.create(ahead=0)
    ensure()
    execute("CREATE FUNCTION pg_temp.pass() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'")
    execute("CREATE TRIGGER watch BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION pg_temp.pass()")
    assert found() == []
    leaf = bookings.names()[0]
    execute(f"ALTER TABLE {leaf} DISABLE TRIGGER watch")

    assert found() == [f"schemapatterns.W543 tests.Booking: the trigger watch is disabled on {leaf} alone."]


def test_interrupted_detach_is_told(shared: Bookings) -> None:
    from tests.partitions_maintenance.test_sessions import GRACE, IMPATIENT, session

    shared.create(keep="1 month", ahead=0)
    shared.attach("bookings_2026_01", "2026-01-01 00:00+00", "2026-02-01 00:00+00")
    with session() as other:
        other.execute("SELECT count(*) FROM bookings")
        expire(now=NOW, retention=GRACE, patience=IMPATIENT)

    assert (
        "schemapatterns.W542 tests.Booking: detaching public.bookings_2026_01 was interrupted" in found()[-1]
    )


@pytest.mark.parametrize(("archive", "expected"), [("/srv/archive", []), (None, ["schemapatterns.W544"])])
def test_log_that_is_dropped_without_an_archive_is_told(
    settings: Any, archive: Any, expected: list[str]
) -> None:
    settings.SCHEMAPATTERNS = {"AUDIT_KEEP": "24 months", "PARTITIONS_ARCHIVE": archive}

    assert [each.id for each in check_kept()] == expected


def test_parquet_needs_its_library(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.SCHEMAPATTERNS = {"PARTITIONS_ARCHIVE_FORMAT": "parquet"}
    assert check_archive() == []

    monkeypatch.setitem(sys.modules, "pyarrow", None)

    assert [each.id for each in check_archive()] == ["schemapatterns.E545"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("AUDIT_KEEP", "two years"),
        ("AUDIT_KEEP", 24),
        ("PARTITIONS_GRACE", "0 days"),
        ("PARTITIONS_ARCHIVE", ""),
        ("PARTITIONS_ARCHIVE_FORMAT", "csv"),
    ],
)
def test_wrong_settings_are_told(settings: Any, option: str, value: Any) -> None:
    settings.SCHEMAPATTERNS = {option: value}

    assert any(each.id == "schemapatterns.E004" and option in each.msg for each in conf.check_settings())
    assert check_archive() == check_kept() == []
