"""Declarations that make no sense are told when the project starts."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.fields import DateRangeField
from django.db import connection, models
from django.db.models import Q
from django.test.utils import isolate_apps

from django_schemapatterns.constraints import NoOverlap


def messages(rule: NoOverlap, **more: Any) -> list[str]:
    fields: dict[str, Any] = {
        "room": models.IntegerField(),
        "start": models.DateField(),
        "end": models.DateField(),
        "moment": models.DateTimeField(),
        "days": DateRangeField(),
        "maybe": models.IntegerField(null=True),
        "rooms": models.ManyToManyField("testapp.Other"),
    }
    with isolate_apps("tests.testapp"):
        meta = type("Meta", (), {"app_label": "testapp", "constraints": [rule]})
        type(
            "Other",
            (models.Model,),
            {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "testapp"})},
        )
        model: Any = type("Tree", (models.Model,), {"__module__": __name__, "Meta": meta, **fields})
        found = model.check(databases=["default"])
    return [message.id for message in found]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (NoOverlap("room", "start", "end"), []),
        (NoOverlap("start", "end"), []),
        (NoOverlap("days"), []),
        (NoOverlap("room", "days", native=True), []),
        (NoOverlap("romo", "start", "end"), ["schemapatterns.E350"]),
        (NoOverlap("rooms", "start", "end"), ["schemapatterns.E350"]),
        (NoOverlap("room", "start"), ["schemapatterns.E351"]),
        (NoOverlap("start"), ["schemapatterns.E351"]),
        (NoOverlap("start", "moment"), ["schemapatterns.E351"]),
        (NoOverlap("room", "start", "end", native=True), ["schemapatterns.E352"]),
        (NoOverlap("days", native=True), ["schemapatterns.E352"]),
        (NoOverlap("maybe", "days"), ["schemapatterns.W350"]),
        (NoOverlap("room", "days", condition=Q(nothing=1)), ["models.E012"]),
    ],
)
@pytest.mark.django_db
def test_the_declaration_is_checked(rule: NoOverlap, expected: list[str]) -> None:
    assert connection.vendor == "postgresql"

    assert messages(rule) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"bounds": "()"}, "bounds must be one of"),
        ({"condition": "alive"}, "must be a Q"),
        ({"deferrable": True}, "must be a Deferrable"),
        ({"native": True, "condition": Q(room=1)}, "native or a condition"),
    ],
)
def test_options_that_make_no_sense_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NoOverlap("room", "start", "end", **options)


def test_names_are_needed() -> None:
    with pytest.raises(ValueError, match="names of fields"):
        NoOverlap()
