"""What people enter is refused with words, at the place to correct, and by the database likewise."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateRange, DateTimeTZRange, NumericRange
from django.db.models.functions import Now
from django.forms import inlineformset_factory, modelform_factory
from django.utils import timezone
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from django_schemapatterns.forms import as_validation_errors
from django_schemapatterns.periods.overlap_forms import NoOverlapFormSet
from django_schemapatterns.periods.overlap_values import canonical, fault_of, in_words, is_empty, overlap
from tests.periods_overlap.app import Band, Booking, Room, Shift, Slot, Stay
from tests.softdelete.tools import refused, select

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tables")]


def day(number: int) -> date:
    return date(2026, 1, number)


def hour(number: int) -> datetime:
    return datetime(2026, 1, 1, number, tzinfo=UTC)


@pytest.fixture
def room() -> Room:
    room: Room = Room.objects.create(name="Blue")
    return room


def book(room: Room, first: int | None, last: int | None, **options: Any) -> Booking:
    days = {"first": first and day(first), "last": last and day(last)}
    return Booking(**({"room": room, "guest": "Ada"} | days | options))


def errors_of(row: Any, **options: Any) -> dict[str, list[str]]:
    with pytest.raises(ValidationError) as caught:
        row.full_clean(**options)
    found: dict[str, list[str]] = caught.value.message_dict
    return found


def test_the_error_names_the_row_in_the_way(room: Room) -> None:
    book(room, 1, 10).save()

    found = errors_of(book(room, 10, 12))

    assert found == {
        NON_FIELD_ERRORS: ["This period overlaps that of Ada (Jan. 1, 2026 \N{EN DASH} Jan. 10, 2026)."]
    }


def test_the_error_tells_its_code_and_the_key_of_the_row(room: Room) -> None:
    taken = book(room, 1, 10)
    taken.save()

    with pytest.raises(ValidationError) as caught:
        Booking._meta.constraints[0].validate(Booking, book(room, 10, 12))

    error: Any = caught.value.error_list[0]
    assert (error.code, error.params["pk"]) == ("overlap", taken.pk)


def test_neighbours_other_rooms_and_the_row_itself_are_in_nobodys_way(room: Room) -> None:
    row = book(room, 1, 10)
    row.save()

    book(room, 11, 12).full_clean()
    book(Room.objects.create(name="Red"), 1, 10).full_clean()
    row.last = day(9)
    row.full_clean()


@pytest.mark.parametrize(("first", "last"), [(None, 1), (10, None), (None, None), (1, 1), (3, 4)])
def test_an_end_that_is_null_is_open(room: Room, first: int | None, last: int | None) -> None:
    book(room, 1, 10).save()

    assert NON_FIELD_ERRORS in errors_of(book(room, first, last))
    with refused("23P01", "testapp_booking_no_overlap"):
        book(room, first, last).save()


def test_an_open_row_in_the_way_is_told_as_open(room: Room) -> None:
    book(room, 5, None).save()

    assert "Jan. 5, 2026 \N{EN DASH} …" in errors_of(book(room, 7, 8))[NON_FIELD_ERRORS][0]


def test_an_inverted_period_is_told_at_its_end(room: Room) -> None:
    assert errors_of(book(room, 10, 1)) == {"last": ["The period must not end before it starts."]}
    with refused("23514", "testapp_booking_no_overlap_period"):
        book(room, 10, 1).save()


def test_rows_outside_the_condition_are_in_nobodys_way(room: Room) -> None:
    book(room, 1, 10, deleted_at=timezone.now()).save()
    book(room, 1, 10).full_clean()
    book(room, 1, 10).save()

    book(room, 1, 10, deleted_at=timezone.now()).full_clean()
    book(room, 1, 10, deleted_at=timezone.now()).save()


def test_infinite_moments_are_refused_by_the_database(room: Room) -> None:
    insert = "INSERT INTO testapp_booking (room_id, guest, first, last) VALUES (%s, 'x', %s, %s)"
    for days in (("-infinity", "2026-01-01"), ("2026-01-01", "infinity")):
        with refused("23514", "_period"), connection.cursor() as cursor:
            cursor.execute(insert, [room.pk, *days])


def test_several_keys_and_moments() -> None:
    post = uuid.uuid4()
    Shift.objects.create(site="a", post=post, start=hour(1), end=hour(3))

    Shift(site="a", post=post, start=hour(3), end=hour(4)).full_clean()
    Shift(site="b", post=post, start=hour(1), end=hour(3)).full_clean()
    assert "overlaps" in str(errors_of(Shift(site="a", post=post, start=hour(2))))


def test_an_empty_period_of_moments_is_refused() -> None:
    empty = Shift(site="a", post=uuid.uuid4(), start=hour(1), end=hour(1))

    assert errors_of(empty) == {"end": ["The period is empty: it must end after it starts."]}
    with refused("23514"):
        empty.save()


def test_ranges_are_told_at_their_field() -> None:
    Stay.objects.create(room=1, days=DateRange(day(1), day(10)))

    Stay(room=1, days=DateRange(day(10), day(11))).full_clean()
    assert list(errors_of(Stay(room=1, days=DateRange(day(9), day(11))))) == ["days"]
    assert list(errors_of(Stay(room=1, days=DateRange(day(9), day(1))))) == ["days"]
    assert "empty" in str(errors_of(Stay(room=1, days=DateRange(day(9), day(9)))))
    assert "empty" in str(errors_of(Stay(room=1, days=DateRange(empty=True))))
    with refused("23514"):
        Stay.objects.create(room=1, days=DateRange(day(9), day(9)))


def test_ranges_of_numbers_have_no_infinity() -> None:
    for price in ("NaN", "Infinity"):
        band = Band(prices=NumericRange(Decimal(1), Decimal(price)))
        with pytest.raises(ValidationError, match="NaN and infinity"):
            band.validate_constraints()
        with refused("23514"):
            band.save()


def test_a_key_or_a_range_that_is_null_is_in_nobodys_way() -> None:
    time = DateTimeTZRange(hour(1), hour(2))
    Slot.objects.create(room=None, time=time)
    Slot.objects.create(room=1, time=None)

    Slot(room=None, time=time).validate_constraints()
    Slot(room=1, time=None).validate_constraints()
    Slot.objects.create(room=None, time=time)
    Slot.objects.create(room=1, time=None)


def test_values_that_the_database_works_out_are_left_to_it() -> None:
    Shift(site="a", post=uuid.uuid4(), start=Now(), end=hour(1)).validate_constraints()


def test_a_form_shows_the_error(room: Room) -> None:
    book(room, 1, 10).save()
    form_of: Any = modelform_factory(Booking, fields=["room", "guest", "first", "last"])
    sent = {"room": room.pk, "guest": "Bob", "first": "2026-01-05", "last": "2026-01-06"}

    form = form_of(sent)

    assert list(form.errors) == [NON_FIELD_ERRORS]
    assert form_of(sent | {"first": "2026-02-05", "last": ""}).is_valid()
    assert list(form_of(sent | {"first": "2026-02-05"}).errors) == ["last"]
    assert list(form_of(sent | {"first": "what"}).errors) == ["first"]


def test_a_form_without_the_key_holds_the_rule_all_the_same(room: Room) -> None:
    book(room, 1, 10).save()
    row = book(room, 11, 12)
    row.save()
    form_of: Any = modelform_factory(Booking, fields=["first"])

    assert list(form_of({"first": "2026-01-10"}, instance=row).errors) == [NON_FIELD_ERRORS]
    assert list(form_of({"first": "2026-01-20"}, instance=row).errors) == [NON_FIELD_ERRORS]
    assert form_of({"first": "2026-01-12"}, instance=row).is_valid()


def formset(room: Room, *periods: tuple[str, str], **more: str) -> Any:
    factory: Any = inlineformset_factory(
        Room, Booking, formset=NoOverlapFormSet, fields=["guest", "first", "last"]
    )
    count = {"bookings-TOTAL_FORMS": str(len(periods)), "bookings-INITIAL_FORMS": "0"}
    rows = {
        f"bookings-{number}-{name}": value
        for number, (first, last) in enumerate(periods)
        for name, value in {"guest": f"guest {number}", "first": first, "last": last}.items()
    }
    return factory(count | rows | more, instance=room)


def test_two_new_rows_of_a_formset_may_not_overlap(room: Room) -> None:
    both = formset(room, ("2026-01-01", "2026-01-05"), ("2026-01-05", ""))

    assert not both.is_valid()
    assert "another row here: guest 0" in str(both.forms[1].errors)
    assert formset(room, ("2026-01-01", "2026-01-05"), ("2026-01-06", "")).is_valid()
    assert formset(Room(name="new"), ("2026-01-01", "2026-01-05"), ("2026-01-06", "")).is_valid()
    assert not formset(Room(name="new"), ("2026-01-01", ""), ("2026-01-06", "")).is_valid()


def test_rows_that_are_taken_out_of_a_formset_do_not_count(room: Room) -> None:
    periods = (("2026-01-01", "2026-01-05"), ("2026-01-05", ""))

    assert formset(room, *periods, **{"bookings-0-DELETE": "on"}).is_valid()


def test_an_error_of_the_database_becomes_one_of_validation(room: Room) -> None:
    book(room, 1, 10).save()
    late = book(room, 5, 6)

    with pytest.raises(ValidationError, match="overlaps that of Ada"), as_validation_errors(instance=late):
        late.save()

    assert late.pk is None
    late.first = late.last = day(11)
    with as_validation_errors(instance=late):
        late.save()
    inverted = book(room, 30, 29)
    with pytest.raises(ValidationError, match="must not end"), as_validation_errors(instance=inverted):
        inverted.save()


def test_the_database_says_which_of_both_rules_is_broken_where_no_row_is_at_hand(room: Room) -> None:
    book(room, 1, 10).save()

    with pytest.raises(ValidationError) as overlapping, as_validation_errors(Booking):
        Booking.objects.bulk_create([book(room, 5, 6)])
    with pytest.raises(ValidationError) as inverted, as_validation_errors(Booking):
        Booking.objects.update(last=day(1), first=day(2))

    assert overlapping.value.messages == ["This period overlaps that of another row."]
    assert list(inverted.value.message_dict) == ["last"]
    assert "ends before it starts" in str(inverted.value)


ends = st.none() | st.integers(0, 5)
TYPES = ["daterange", "tstzrange"]
kinds = st.sampled_from(["[)", "[]", "(]", "()"])


class Ranges(TestCase):
    @settings(max_examples=300)
    @given(st.tuples(ends, ends, kinds), st.tuples(ends, ends, kinds), st.sampled_from(TYPES))
    def test_python_says_what_postgresql_says(self, first: Any, second: Any, kind: str) -> None:
        one, other = _range(kind, *first), _range(kind, *second)
        assert (fault_of(one) is not None) == _is_faulty(one, kind)
        if fault_of(one) or fault_of(other):
            return
        assert (
            overlap(one, other)
            == overlap(other, one)
            == select(f"SELECT %s::{kind} && %s::{kind}", one, other)
        )
        assert is_empty(one) == select(f"SELECT isempty(%s::{kind})", one)


def _range(kind: str, lower: int | None, upper: int | None, bounds: str) -> Any:
    if kind == "daterange":
        return DateRange(*(end if end is None else day(end + 1) for end in (lower, upper)), bounds)
    return DateTimeTZRange(*(end if end is None else hour(end) for end in (lower, upper)), bounds)


def _is_faulty(period: Any, kind: str) -> bool:
    if period.lower and period.upper and period.lower > period.upper:
        return True
    return bool(select(f"SELECT isempty(%s::{kind})", period))


def test_the_last_day_that_there_is() -> None:
    forever = DateRange(day(1), date.max, "[]")

    assert not is_empty(forever)
    assert canonical(forever) == DateRange(day(1), None, "[)")
    assert overlap(forever, DateRange(date.max, None, "[]"))
    assert overlap(forever, DateRange(day(3), day(4)))


def test_ranges_in_words() -> None:
    assert in_words(DateTimeTZRange(hour(1), None)) == "Jan. 1, 2026, 1 a.m. \N{EN DASH} …"
    assert in_words(NumericRange(Decimal("1.50"), Decimal(2))) == "1.50 \N{EN DASH} 2"


def test_a_form_of_ranges(room: Room) -> None:
    Stay.objects.create(room=1, days=DateRange(day(1), day(10)))
    form_of: Any = modelform_factory(Stay, fields="__all__")

    form: forms.ModelForm[Any] = form_of({"room": 1, "days_0": "2026-01-09", "days_1": "2026-01-12"})

    assert "overlaps that of stay" in str(form.errors["days"])
    later = day(10) + timedelta(days=1)
    assert form_of({"room": 1, "days_0": str(day(10)), "days_1": str(later)}).is_valid()
