"""Foreign keys of the database to a table whose primary key has got a second part."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Value

from tests.partitions.app.models import Stop, Visit
from tests.partitions.tools import execute, months, select, statements

pytestmark = pytest.mark.django_db


def keys() -> list[tuple[int, int, bool]]:
    return select(
        "SELECT stop.id, visit.id, stop.visit_at = visit.at FROM parttests_stop AS stop "
        "JOIN parttests_visit AS visit ON visit.id = visit_id ORDER BY 1"
    )


def enforce() -> None:
    """Let the database judge now what it would judge at the end."""
    execute("SET CONSTRAINTS ALL IMMEDIATE")


def test_the_foreign_key_has_both_columns() -> None:
    (definition,) = select(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'parttests_stop_visit_at_fk'"
    )[0]

    assert definition == (
        "FOREIGN KEY (visit_id, visit_at) REFERENCES parttests_visit(id, at) "
        "ON UPDATE CASCADE ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"
    )


def test_the_key_comes_from_the_instance_without_a_look_at_the_table() -> None:
    visit = Visit.objects.create(at=months())

    with statements() as sent:
        stop = visit.stops.create()

    assert stop.visit_at == visit.at
    assert len(sent) == 1
    enforce()
    assert keys() == [(stop.pk, visit.pk, True)]


def test_the_database_finds_the_key_for_an_id() -> None:
    visit = Visit.objects.create(at=months())
    stop = Stop.objects.create(visit_id=visit.pk)
    execute(f"INSERT INTO parttests_stop (visit_id, name) VALUES ({visit.pk}, 'raw')")
    Stop.objects.bulk_create([Stop(visit=visit), Stop(visit_id=visit.pk)])

    enforce()
    assert stop.visit_at == visit.at
    assert [same for _, _, same in keys()] == [True] * 4


def test_an_id_that_is_not_there_is_refused() -> None:
    with pytest.raises(IntegrityError, match="violates foreign key constraint"):
        Stop.objects.create(visit_id=4711)


def test_a_key_that_is_wrong_is_refused() -> None:
    visit = Visit.objects.create(at=months())
    Stop.objects.bulk_create([Stop(visit_id=visit.pk, visit_at=months(ahead=1))])

    with pytest.raises(IntegrityError, match="parttests_stop_visit_at_fk"):
        enforce()


def test_another_parent_gives_another_key() -> None:
    first, second = Visit.objects.create(at=months()), Visit.objects.create(at=months(ahead=1))
    stop = first.stops.create()

    stop.visit_id = second.pk
    stop.save()
    enforce()
    assert keys() == [(stop.pk, second.pk, True)]
    Stop.objects.update(visit=first)
    enforce()
    assert keys() == [(stop.pk, first.pk, True)]
    stop.refresh_from_db()
    assert stop.visit_at == first.at


def test_a_parent_that_moves_takes_its_rows_along() -> None:
    visit = Visit.objects.create(at=months())
    stop = visit.stops.create()

    visit.at = months(ahead=1)
    visit.save()
    enforce()

    assert keys() == [(stop.pk, visit.pk, True)]


def test_delete_by_the_orm_and_by_sql() -> None:
    visit, other = Visit.objects.create(at=months()), Visit.objects.create(at=months(), name="b")
    visit.stops.create()
    other.stops.create()

    assert visit.delete() == (2, {"parttests.Visit": 1, "parttests.Stop": 1})
    execute("DELETE FROM parttests_visit")
    enforce()

    assert not Stop.objects.exists()


def test_unique_in_all_partitions() -> None:
    visit = Visit.objects.create(at=months(), code="A")
    with pytest.raises(IntegrityError, match="parttests_visit_code_unique"), transaction.atomic():
        Visit.objects.create(at=months(ahead=1), code="A")
    with pytest.raises(ValidationError, match="Visit with this Code already exists"):
        Visit(at=months(ahead=1), code="A").full_clean()

    visit.at = months(ahead=1)
    visit.save()
    visit.code = "B"
    visit.save()
    Visit.objects.create(at=months(), code="A")
    Visit.objects.bulk_create(
        [Visit(at=months(), code=None, name="a"), Visit(at=months(), code=None, name="b")]
    )

    assert select("SELECT code FROM schemapatterns.parttests_visit_code_unique_values ORDER BY 1") == [
        ("A",),
        ("B",),
    ]


def test_unique_values_that_change_places() -> None:
    first, second = (Visit.objects.create(at=months(), code=code, name=code) for code in "AB")

    execute("UPDATE parttests_visit SET code = CASE code WHEN 'A' THEN 'B' ELSE 'A' END")

    assert list(Visit.objects.order_by("id").values_list("code", flat=True)) == ["B", "A"]
    with pytest.raises(IntegrityError), transaction.atomic():
        Visit.objects.update(code=Value("C"), name=F("code"))
    first.delete()
    assert Visit.objects.create(at=months(), code="B").pk > second.pk


def test_unique_values_are_free_after_truncate() -> None:
    Visit.objects.create(at=months(), code="A")
    Visit.objects.create(at=months(ahead=1), code="B")
    enforce()

    execute(f"TRUNCATE parttests_visit_{months():%Y_%m} CASCADE")
    assert select("SELECT code FROM schemapatterns.parttests_visit_code_unique_values") == [("B",)]
    execute("TRUNCATE parttests_visit CASCADE")

    assert select("SELECT code FROM schemapatterns.parttests_visit_code_unique_values") == []
    assert Visit.objects.create(at=months(), code="B").pk


def test_who_writes_needs_no_right_on_the_register() -> None:
    execute("CREATE ROLE parttests_writer")
    execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO parttests_writer")
    execute("GRANT USAGE ON SCHEMA schemapatterns TO parttests_writer")
    execute("GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA schemapatterns TO parttests_writer")
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE parttests_writer")
        cursor.execute("INSERT INTO parttests_visit (at, name, code) VALUES (%s, 'role', 'R')", [months()])
        cursor.execute("INSERT INTO parttests_stop (visit_id, name) SELECT id, 'role' FROM parttests_visit")
        cursor.execute("RESET ROLE")

    assert [same for _, _, same in keys()] == [True]
