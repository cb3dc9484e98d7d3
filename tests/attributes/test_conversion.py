"""Old documents become what a new schema asks for, as far as they can."""

from __future__ import annotations

from decimal import Decimal

import pytest

from django_schemapatterns.attributes import Conversion, convert_attributes
from tests.attributes.app.models import Note

pytestmark = pytest.mark.django_db


def test_values_are_converted_in_batches_and_the_rest_is_reported() -> None:
    weights = ["1.5", "heavy", 3, None, "2"]
    notes = [Note.objects.create(data={"author": "Ada", "weight": weight, "old": 1}) for weight in weights]
    Note.objects.create(data={"author": "Ada"})
    Note.objects.create(data=None)

    done = convert_attributes(
        Note.objects.all(), "data", {"weight": Decimal, "old": lambda value: None, "missing": str}, batch=2
    )

    assert done == Conversion(changed=3, failed=2, examples=[notes[1].pk, notes[3].pk])
    for note in notes:
        note.refresh_from_db()
    assert [note.data.get("weight") for note in notes] == [Decimal("1.5"), "heavy", 3, None, 2]
    assert ["old" in note.data for note in notes] == [False, True, False, True, False]


def test_a_row_that_would_break_a_rule_stays() -> None:
    note = Note.objects.create(data={"author": "Ada"})

    done = convert_attributes(Note.objects.all(), "data", {"author": lambda value: None})

    assert (done.changed, done.failed, done.examples) == (0, 1, [note.pk])
    note.refresh_from_db()
    assert note.data == {"author": "Ada"}


def test_what_is_as_it_should_be_is_not_written() -> None:
    Note.objects.create(data={"author": "Ada"})

    assert convert_attributes(Note.objects.all(), "data", {"author": str}) == Conversion()
