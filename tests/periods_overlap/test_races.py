"""Two sessions enter periods that overlap: one waits, and loses with an error that names the other's row."""

from __future__ import annotations

from datetime import date
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from django_schemapatterns.forms import as_validation_errors
from tests.periods_overlap.app import Booking, Room
from tests.softdelete.test_concurrency import Session

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("tables")]

INSERT = (
    "INSERT INTO testapp_booking (room_id, guest, first, last) VALUES (%s, %s, '2026-01-01', '2026-01-10')"
)


@pytest.fixture
def room() -> Any:
    room = Room.objects.create(name="Blue")
    yield room
    Booking.objects.all().delete()
    room.delete()


def test_the_second_of_two_sessions_loses(room: Room) -> None:
    first, second = Session(), Session()
    first.run(INSERT, room.pk, "first")

    second.start(INSERT, room.pk, "second")
    first.commit()
    second.finish()

    assert "testapp_booking_no_overlap" in str(second.error)
    assert [row.guest for row in Booking.objects.all()] == ["first"]
    first.raw.close()
    second.raw.close()


def test_the_second_goes_on_when_the_first_gives_up(room: Room) -> None:
    first, second = Session(), Session()
    first.run(INSERT, room.pk, "first")

    second.start(INSERT, room.pk, "second")
    first.raw.rollback()
    second.commit()

    assert second.error is None
    assert [row.guest for row in Booking.objects.all()] == ["second"]
    first.raw.close()
    second.raw.close()


def test_a_row_that_was_valid_when_it_was_checked_is_told_who_was_faster(room: Room) -> None:
    late = Booking(room=room, guest="late", first=date(2026, 1, 5), last=date(2026, 1, 6))
    late.full_clean()
    faster = Session()
    faster.run(INSERT, room.pk, "faster")
    said: list[Exception] = []

    def save() -> None:
        try:
            with as_validation_errors(instance=late):
                late.save()
        except ValidationError as error:
            said.append(error)
        finally:
            connection.close()

    thread = Thread(target=save)
    thread.start()
    faster.commit()
    thread.join()
    faster.raw.close()

    assert "overlaps that of faster" in str(said)
