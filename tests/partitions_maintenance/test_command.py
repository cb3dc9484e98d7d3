"""`manage.py partitions`: what it says, what it exits with, and that it does what the calls do."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from django_schemapatterns.partitions.bounds import partition_name, start_of
from tests.partitions_maintenance.tools import Bookings, execute, value

pytestmark = pytest.mark.django_db


def run(*arguments: Any) -> tuple[str, int]:
    """Return what the command writes, errors included, and its exit code."""
    out = StringIO()
    try:
        call_command("partitions", *arguments, stdout=out, stderr=out)
    except CommandError as error:
        return f"{out.getvalue()}{error}", error.returncode
    return out.getvalue(), 0


def run_json(*arguments: Any) -> tuple[Any, int]:
    text, code = run(*arguments, "--format", "json")
    return json.JSONDecoder().raw_decode(text)[0], code


@pytest.fixture
def this_month(bookings: Bookings) -> str:
    bookings.create(default=True, ahead=1, keep="6 months")
    return partition_name("bookings", "month", start_of("month", timezone.now()))


def test_plan_tells_and_changes_nothing(bookings: Bookings, this_month: str) -> None:
    text, code = run("plan")

    assert code == 2
    assert f"create {this_month}: the month has no partition" in text
    assert bookings.names() == ["bookings_default"]


def test_nothing_to_do_is_no_error(this_month: str) -> None:
    assert run("ensure", "tests.Booking")[1] == 0

    assert run("plan") == ("Nothing to do.\n", 0)
    assert run("ensure") == ("Nothing to do.\n", 0)


def test_dry_run_tells_and_changes_nothing(bookings: Bookings, this_month: str) -> None:
    text, code = run("ensure", "--dry-run")

    assert code == 0
    assert f"create {this_month}" in text
    assert bookings.names() == ["bookings_default"]


def test_ensure_in_json(this_month: str) -> None:
    done, code = run_json("ensure")

    assert code == 0
    assert done["complete"] is True
    assert [step["action"] for step in done["done"]] == ["create", "create", "analyze"]
    assert done["done"][0]["partition"] == this_month


def test_plan_in_json_has_the_sql(this_month: str) -> None:
    planned, code = run_json("plan", "bookings")

    assert code == 2
    assert planned["steps"][0]["sql"].startswith("SELECT schemapatterns.create_partition('public.bookings', ")


def test_drain_and_status(bookings: Bookings, this_month: str) -> None:
    run("ensure")
    bookings.fill("1999-05-05 00:00+00", times=3)

    text, code = run("status")
    assert code == 1
    assert "3 rows in the default partition" in text
    assert "create bookings_1999_05: 3 rows wait in the default partition" in text
    assert "1 days ahead" not in text

    assert run("drain")[1] == 0
    assert bookings.places() == [("bookings_1999_05", 3)]
    assert "0 rows in the default partition" in run("status")[0]


def test_status_in_json(bookings: Bookings, this_month: str) -> None:
    run("ensure")

    found, code = run_json("status")

    assert code == 0
    assert found[0]["well"] is True
    assert found[0]["days_ahead"] >= 28
    assert [each["default"] for each in found[0]["partitions"]] == [False, False, True]


def test_what_can_not_be_made_is_told_and_is_an_error(bookings: Bookings, this_month: str) -> None:
    execute(f"CREATE TABLE {this_month} ()")

    text, code = run("ensure")

    assert code == 1
    assert f"something else is called {this_month}" in text
    assert "Rename or drop it" in text
    assert run("plan")[1] == 1
    assert run("status")[1] == 1


def test_expire_and_restore(bookings: Bookings, this_month: str, settings: Any, tmp_path: Path) -> None:
    settings.SCHEMAPATTERNS = {"PARTITIONS_ARCHIVE": tmp_path, "PARTITIONS_GRACE": None}
    bookings.attach("bookings_1999_05", "1999-05-01 00:00+00", "1999-06-01 00:00+00")
    bookings.fill("1999-05-05 00:00+00", times=3)

    assert "drop public.bookings_1999_05: no grace is given" in run("expire", "--dry-run")[0]
    assert len(bookings.names()) == 2
    assert run("expire")[1] == 0
    (file,) = tmp_path.glob("*.gz")
    assert run("restore", str(file), "--into", "old_bookings")[1] == 0

    assert value("SELECT count(*) FROM old_bookings") == 3
    text, code = run("restore", str(file), "--into", "old_bookings")
    assert (code, "is taken" in text) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["ensure", "tests.Bokings"], "Did you mean tests.Booking"),
        (["ensure", "--tries", "0"], "--tries 1 or more"),
        (["ensure", "--lock-timeout", "-1"], "more than 0 seconds"),
        (["restore", "/nowhere/at/all.ndjson.gz"], "can not be read"),
    ],
)
def test_wrong_arguments_are_told(this_month: str, arguments: list[str], words: str) -> None:
    text, code = run(*arguments)

    assert code == 1
    assert words in text
