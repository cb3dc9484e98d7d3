"""What `check` says about tables around protected ones, and about rows that a condition loses."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.test import override_settings
from django.test.utils import isolate_apps

from django_schemapatterns import rowsecurity
from django_schemapatterns.constraints import Allow, RowSecurity, Wall
from django_schemapatterns.context import current
from django_schemapatterns.rowsecurity import registry
from django_schemapatterns.rowsecurity.checks import check_row_security
from tests.rowsecurity.test_checks import OWN, declared, messages, numbers

pytestmark = pytest.mark.usefixtures("exemptions")
KEY = models.BigIntegerField


@pytest.fixture
def exemptions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "_exempted", {})


def model(name: str, *bases: Any, **members: Any) -> Any:
    body = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "testapp"}), **members}
    return type(name, bases or (models.Model,), body)


@isolate_apps("tests.testapp")
def test_a_table_that_decides_and_that_everybody_may_write_is_told() -> None:
    team = model("Team", lead=KEY())
    thing = declared(
        RowSecurity(Allow("team", when=Q(team__lead=current.user_id))),
        team=models.ForeignKey(team, models.CASCADE),
    )

    [message] = messages(thing)

    assert (message.id, "ask testapp.Team" in message.msg) == ("schemapatterns.W409", True)
    rowsecurity.unprotected(team, reason="only the office writes teams")
    assert numbers(thing) == []


@isolate_apps("tests.testapp")
def test_links_of_many_to_many_fields_are_not_forgotten() -> None:
    thing = declared(RowSecurity(OWN), readers=models.ManyToManyField("self"))

    with override_settings(SCHEMAPATTERNS={"PROTECTED_APPS": ["testapp"]}):
        assert numbers(thing, thing.readers.through) == ["E408"]


def test_a_project_is_asked_about_its_links(monkeypatch: pytest.MonkeyPatch) -> None:
    with override_settings(SCHEMAPATTERNS={"PROTECTED_APPS": ["rowtests"]}):
        told = {
            str(each.obj._meta.label) for each in check_row_security() if each.id == "schemapatterns.E408"
        }

    assert "rowtests.Document_readers" in told


@isolate_apps("tests.testapp")
def test_a_subclass_has_a_table_of_its_own() -> None:
    thing = declared(RowSecurity(OWN))
    assert numbers(model("Late", thing, note=models.TextField())) == ["W410"]

    rules = [RowSecurity(Allow("own", when=Q(thing_ptr__owner=current.user_id)))]
    meta = type("Meta", (), {"app_label": "testapp", "constraints": rules})
    assert numbers(model("Protected", thing, Meta=meta)) == []

    rules = [RowSecurity(Allow("own", when=Q(owner=current.user_id)))]
    meta = type("Meta", (), {"app_label": "testapp", "constraints": rules})
    [message, *_] = messages(model("Misled", thing, Meta=meta))
    assert (message.id, "Q(thing_ptr__owner=…)" in message.msg) == ("schemapatterns.E402", True)


@isolate_apps("tests.testapp")
@pytest.mark.parametrize(
    ("shown", "more", "expected"),
    [
        (Q(owner=current.user_id, gone=None), [], ["W411"]),
        (Q(Q(gone__isnull=True), owner=current.user_id), [], ["W411"]),
        (Q(owner=current.user_id, gone=None), [Allow("bin", when=Q(owner=current.user_id))], []),
        (Q(owner=current.user_id) | Q(gone=None), [], []),
        (Q(owner=current.user_id, gone__isnull=False), [], []),
    ],
)
def test_rows_that_nobody_could_mark_are_told(shown: Q, more: list[Allow], expected: list[str]) -> None:
    allowed = Allow("own", when=shown, commands="select update")

    assert numbers(declared(RowSecurity(allowed, *more), gone=models.DateTimeField(null=True))) == expected


@isolate_apps("tests.testapp")
@pytest.mark.parametrize(
    "wall",
    [
        Wall(Q(tenant=current.tenant_id)),
        Wall(Q(Q(tenant=current.tenant_id), owner__gt=0)),
        Wall(~Q(tenant=1)),
    ],
)
def test_a_wall_of_null_is_refused_however_it_is_written(wall: Wall) -> None:
    assert numbers(declared(RowSecurity(OWN, wall=wall), tenant=KEY(null=True, db_index=True))) == ["E402"]


@isolate_apps("tests.testapp")
@pytest.mark.parametrize(
    ("key", "expected"),
    [
        (models.CharField(max_length=9), ["W405"]),
        (models.UUIDField(default="x"), []),
        (models.BigAutoField(), []),
    ],
)
def test_a_key_that_somebody_chooses_is_known_on_both_sides_of_a_wall(key: Any, expected: list[str]) -> None:
    key.primary_key = key.unique = True

    assert numbers(declared(RowSecurity(OWN, wall=Wall(owner=current.tenant_id)), code=key)) == expected


@isolate_apps("tests.testapp")
@pytest.mark.parametrize(
    ("fields", "bypass", "expected"),
    [(["tags"], [], ["W412"]), (["tags"], ["admin"], []), (["owner", "tags"], [], [])],
)
def test_an_index_that_policies_come_before_is_told(
    fields: list[str], bypass: list[str], expected: list[str]
) -> None:
    thing = declared(RowSecurity(OWN, bypass=bypass), tags=models.JSONField())
    thing._meta.indexes = [GinIndex(fields=fields, name="tags_idx")]

    assert numbers(thing) == expected
