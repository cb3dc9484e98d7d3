"""The tables that migrations make of the declarations."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from django_schemapatterns.exceptions import MissingPartition
from django_schemapatterns.partitions import marks
from django_schemapatterns.partitions.bounds import partition_name, windows_ahead
from django_schemapatterns.schema.errors import as_validation_errors
from tests.partitions.app.models import Note, Reading, Region, Remark, Ticket, Visit
from tests.partitions.tools import execute, months, named, partitions, primary_key, row_in, select

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ("parttests_visit", ["id", "at"]),
        ("parttests_ticket", ["id"]),
        ("parttests_reading", ["sensor", "day"]),
        ("parttests_region", ["id", "country"]),
    ],
)
def test_the_primary_key_of_each_mode(table: str, key: list[str]) -> None:
    assert primary_key(table) == key


def test_a_month_and_those_ahead_have_partitions_of_ours() -> None:
    wanted = {
        partition_name("parttests_visit", "month", window.low)
        for window in windows_ahead("month", timezone.now(), 2)
    }

    assert wanted <= partitions("parttests_visit").keys()
    comments = select(
        "SELECT obj_description(inhrelid, 'pg_class') FROM pg_inherits "
        "WHERE inhparent = 'parttests_visit'::regclass"
    )
    assert {comment for (comment,) in comments} == {marks.ATTACHED}


def test_bounds_are_in_utc_whatever_the_time_zone_of_the_session() -> None:
    execute("SET LOCAL TimeZone = 'UTC'")

    for bounds in partitions("parttests_visit").values():
        assert bounds.count("-01 00:00:00+00'") == 2


def test_lists_and_hashes_below_them() -> None:
    found = partitions("parttests_region")

    assert sorted(found) == [
        f"parttests_region_{part}_{remainder}"
        for part in ("default", "north", "south")
        for remainder in (0, 1)
    ]
    assert Region.objects.create(country="SE", name="Skåne").pk
    assert Region.objects.create(country="FR", name="Alsace").pk
    assert row_in(Region, name="Skåne").startswith("parttests_region_north_")
    assert row_in(Region, name="Alsace").startswith("parttests_region_default_")


def test_a_year_of_days() -> None:
    today = timezone.now().date()
    Reading.objects.create(sensor=1, day=today)
    Reading.objects.create(sensor=1, day=today.replace(year=2001))

    assert row_in(Reading, day=today) == f"parttests_reading_{today.year}"
    assert row_in(Reading, day=today.replace(year=2001)) == "parttests_reading_default"


def test_a_row_without_a_partition_is_refused_by_name() -> None:
    with pytest.raises(MissingPartition, match=r"parttests.Visit: no partition takes .* partitions ensure"):
        Visit.objects.create(at=months().replace(year=2001))


def test_a_form_says_so_at_the_field() -> None:
    with pytest.raises(ValidationError) as told, as_validation_errors(Visit):
        execute("INSERT INTO parttests_visit (at, name) VALUES ('2001-02-03', '')")
    assert told.value.message_dict == {"at": ["There is no partition for this value."]}
    with pytest.raises(ValidationError) as told, as_validation_errors(Visit):
        execute("INSERT INTO parttests_visit (name) VALUES ('')")
    assert told.value.message_dict == {"at": ["This field cannot be null."]}


def test_a_real_foreign_key_to_a_uuid7_table() -> None:
    ticket = Ticket.objects.create()
    Remark.objects.create(ticket=ticket).tickets.add(ticket)
    assert row_in(Ticket, id=ticket.pk) == named("parttests_ticket", timezone.now())

    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError, match="violates foreign key constraint"), transaction.atomic():
        execute("DELETE FROM parttests_ticket")
    execute("SET CONSTRAINTS ALL DEFERRED")
    ticket.delete()

    assert not Remark.objects.exists()


def test_the_server_makes_the_key_for_raw_sql() -> None:
    execute("INSERT INTO parttests_ticket (name) VALUES ('raw')")

    assert row_in(Ticket, name="raw") == named("parttests_ticket", timezone.now())
    assert Ticket.objects.get(name="raw").pk.version == 7


def test_rights_stay_with_the_table() -> None:
    execute("CREATE ROLE parttests_reader")
    execute("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO parttests_reader")

    with connection.schema_editor() as editor:
        editor.delete_model(Region)
        editor.create_model(Region)

    granted = select("SELECT relname FROM pg_class WHERE relacl::text LIKE '%%parttests_reader%%'")
    assert granted == [("parttests_region",)]


def test_other_patterns_on_a_partitioned_table(django_assert_num_queries: Any) -> None:
    note = Note.objects.create(text="a")
    note.text = "b"
    note.save()
    assert note.updated_at >= note.created_at

    note.delete()
    assert not Note.objects.exists()
    assert Note.all_objects.get().is_deleted
    note.restore()

    assert [note.text for note in Note.objects.in_period(note.created_at.year, note.created_at.month)] == [
        "b"
    ]
