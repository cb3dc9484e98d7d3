"""An instance knows its partition: saved, deleted and read again there and nowhere else."""

from __future__ import annotations

import pickle
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import F
from django.db.models.signals import post_delete, pre_delete
from django.utils import timezone

from django_schemapatterns.models import AuditLog
from tests.partitions.app.models import Reading, Remark, Ticket, Visit
from tests.partitions.tools import execute, months, named, row_in, scanned, select, statements

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Visit:
    made = Visit.objects.create(at=months())
    read: Visit = Visit.objects.get(pk=made.pk)
    return read


def partitions_of(sent: list[str]) -> list[set[str]]:
    """What the statements about visits read, when they are run once more."""
    about = [
        each for each in sent if each.startswith(("UPDATE", "DELETE", "SELECT")) and "parttests_visit" in each
    ]
    return [scanned(each) for each in about]


def test_save_looks_into_one_partition(visit: Visit) -> None:
    visit.name = "changed"

    with statements() as sent:
        visit.save()

    assert partitions_of(sent) == [{named("parttests_visit", months())}]
    assert Visit.objects.get().name == "changed"


def test_save_after_create_looks_into_one_partition() -> None:
    visit = Visit.objects.create(at=months())

    with statements() as sent:
        visit.save(update_fields=["name"])

    assert partitions_of(sent) == [{named("parttests_visit", months())}]


def test_refresh_looks_into_one_partition(visit: Visit) -> None:
    Visit.objects.update(name="elsewhere")

    with statements() as sent:
        visit.refresh_from_db()

    assert partitions_of(sent) == [{named("parttests_visit", months())}]
    assert visit.name == "elsewhere"


def test_delete_looks_into_one_partition(visit: Visit) -> None:
    with statements() as sent:
        assert visit.delete() == (1, {"parttests.Visit": 1})

    (deleting,) = [each for each in sent if each.startswith('DELETE FROM "parttests_visit"')]
    assert scanned(deleting) <= {named("parttests_visit", months())}
    assert not visit.pk
    assert not Visit.objects.exists()


def test_delete_sends_signals_and_cascades() -> None:
    told: list[Any] = []

    def tell(sender: Any, instance: Any, origin: Any, **kwargs: Any) -> None:
        told.append((type(instance), instance is origin))

    visit = Visit.objects.create(at=months())
    for signal in (pre_delete, post_delete):
        signal.connect(tell, sender=Visit)
    try:
        visit.delete()
    finally:
        for signal in (pre_delete, post_delete):
            signal.disconnect(tell, sender=Visit)

    assert told == [(Visit, True), (Visit, True)]


def test_a_changed_key_moves_the_row_and_makes_no_second_one(visit: Visit) -> None:
    visit.at = months(ahead=1)
    visit.save()

    assert row_in(Visit, id=visit.pk) == named("parttests_visit", months(ahead=1))
    visit.name = "after"
    with statements() as sent:
        visit.save()
    assert partitions_of(sent) == [{named("parttests_visit", months(ahead=1))}]


def test_a_row_that_somebody_else_moved_is_found(visit: Visit) -> None:
    Visit.objects.filter(pk=visit.pk).update(at=F("at") + timedelta(days=31))

    visit.name = "mine"
    visit.save(update_fields=["name"])
    assert [each.name for each in Visit.objects.all()] == ["mine"]
    visit.refresh_from_db()
    assert row_in(Visit, id=visit.pk) == named("parttests_visit", visit.at)

    stale = pickle.loads(pickle.dumps(visit))
    Visit.objects.update(at=months())
    assert stale.delete()[0] == 1


def test_a_deferred_key_is_no_hindrance(visit: Visit) -> None:
    light = Visit.objects.only("name").get()
    light.name = "light"
    light.save()

    assert Visit.objects.get().name == "light"
    light.delete()
    assert not Visit.objects.exists()


def test_composite_key_that_changes_makes_no_second_row() -> None:
    today = timezone.now().date()
    reading = Reading.objects.create(sensor=1, day=today, value=1)

    reading.day, reading.value = date(2001, 2, 3), 2
    reading.save()

    assert list(Reading.objects.values_list("sensor", "day", "value")) == [(1, date(2001, 2, 3), 2)]
    reading.sensor = 7
    reading.save()
    assert Reading.objects.get(pk=(7, date(2001, 2, 3))).value == 2
    reading.delete()
    assert not Reading.objects.exists()


def test_uuid7_key_is_all_that_get_needs() -> None:
    ticket = Ticket.objects.create()

    with statements() as sent:
        Ticket.objects.get(pk=ticket.pk)

    (reading,) = sent
    assert scanned(reading) == {named("parttests_ticket", timezone.now())}


def test_bulk_ways_and_relations() -> None:
    tickets = Ticket.objects.bulk_create([Ticket(name=str(number)) for number in range(3)])
    Remark.objects.bulk_create([Remark(ticket=each) for each in tickets])
    kept, made = Ticket.objects.update_or_create(pk=tickets[0].pk, defaults={"name": "kept"})
    Ticket.objects.bulk_create([Ticket(pk=tickets[1].pk, name="upserted")], update_conflicts=True,
                               unique_fields=["id"], update_fields=["name"])  # fmt: skip

    assert (kept.pk, made) == (tickets[0].pk, False)
    read = Ticket.objects.prefetch_related("remarks").order_by("name")
    assert [(each.name, len(each.remarks.all())) for each in read] == [("2", 1), ("kept", 1), ("upserted", 1)]
    visits = Visit.objects.bulk_create([Visit(at=months(), name=str(number)) for number in range(2)])
    visits[0].name = "bulk"
    Visit.objects.bulk_update(visits, ["name"])
    assert sorted(Visit.objects.values_list("name", flat=True)) == ["1", "bulk"]


def test_an_upsert_by_an_ordinary_id_needs_the_key(visit: Visit) -> None:
    again = [Visit(pk=visit.pk, at=visit.at, name="again")]
    with pytest.raises(DatabaseError, match="no unique or exclusion constraint"), transaction.atomic():
        Visit.objects.bulk_create(again, update_conflicts=True, unique_fields=["id"], update_fields=["name"])

    Visit.objects.bulk_create(
        again, update_conflicts=True, unique_fields=["id", "at"], update_fields=["name"]
    )

    assert list(Visit.objects.values_list("name", flat=True)) == ["again"]


def test_the_audit_of_a_moved_row_is_one_update(visit: Visit) -> None:
    visit.at = months(ahead=1)
    visit.save()

    made, moved = AuditLog.objects.filter(table_name="parttests_visit").order_by("id")
    assert (made.operation, moved.operation, moved.changed_fields) == ("I", "U", ["at"])


def test_a_write_to_a_partition_is_audited_too(visit: Visit) -> None:
    execute(f"UPDATE {named('parttests_visit', months())} SET name = 'raw'")

    entry = AuditLog.objects.filter(operation="U").latest("id")
    assert (entry.table_name, entry.record_id) == ("parttests_visit", str(visit.pk))


def test_the_same_id_in_two_months_is_possible_by_raw_sql_alone(visit: Visit) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO parttests_visit (id, at, name) VALUES (%s, %s, 'twin')", [visit.pk, months(ahead=1)]
        )

    assert select("SELECT count(*) FROM parttests_visit WHERE id = %s", visit.pk) == [(2,)]
