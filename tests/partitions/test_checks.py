"""What is said about declarations before any migration is."""

from __future__ import annotations

from itertools import count
from typing import Any

import pytest
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core.checks import CheckMessage
from django.db import models
from django.test.utils import isolate_apps
from django.utils import timezone

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.constraints import UniqueAcrossPartitions
from django_schemapatterns.partitions import checks
from tests.partitions.app.models import Note, Visit

numbers = count()


def declared(*bases: Any, partition: dict[str, Any] | None = None, **members: Any) -> Any:
    """A model that is partitioned by `at`, with what else is given."""
    meta = type("Meta", (), {"app_label": "partitions", **members.pop("meta", {})})
    inner = {"by": "at", "every": "month", **(partition or {})}
    body = {
        "__module__": __name__,
        "Meta": meta,
        "Partition": type("Partition", (), inner),
        "at": models.DateTimeField(default=timezone.now),
        "code": models.CharField(max_length=5),
    }
    return type(f"Row{next(numbers)}", bases or (patterns.PartitionedModel,), {**body, **members})


def told(model: Any) -> list[CheckMessage]:
    return [*checks._own(model), *checks._pointing(model)]


def ids(model: Any) -> list[str | None]:
    return [each.id for each in told(model)]


def test_models_of_the_tests_are_right() -> None:
    assert ids(Visit) == []
    assert ids(Note) == []
    assert checks.check_partitions() == []


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no field": ({"by": "att"}, r"names 'att', which is no column .* Did you mean 'at'\?"),
    "no interval": ({"every": None}, 'must have one of every = "month"'),
    "two methods": ({"modulus": 2}, 'must have one of every = "month"'),
    "unknown interval": ({"every": "mont"}, r"every can not be 'mont'; .* Did you mean 'month'\?"),
    "unknown option": ({"keeps": "1 year"}, r"has no option 'keeps'; .* Did you mean 'keep'\?"),
    "no length of time": ({"keep": "two years"}, r"keep is 'two years'\. Write a number and a unit"),
    "a negative number": ({"ahead": -1}, "ahead must be a whole number, 0 or more, not -1"),
    "no truth": ({"default": "yes"}, "default must be True or False"),
    "no time": ({"by": "code"}, "every needs a DateTimeField, a DateField or a UUIDv7 primary key"),
    "the wrong key": ({"key": "uuid7"}, 'key is "uuid7": by must name a UUIDField'),
    "no composite key": ({"key": "composite"}, "goes with pk = models.CompositePrimaryKey"),
    "a value twice": (
        {"every": None, "by": "code", "values": {"a": ["x"], "b": ["x"]}},
        "values has 'x' twice",
    ),
    "no suffix": (
        {"every": None, "by": "code", "values": {"A B": ["x"]}},
        "A key is a suffix of a table's name",
    ),
    "no modulus": ({"every": None, "by": "code", "modulus": 0}, "modulus must be a whole number, 1 or more"),
    "a hash with a rest": (
        {"every": None, "by": "code", "modulus": 2, "default": True},
        "place for every row",
    ),
    "a list for a time": (
        {"every": None, "by": "code", "values": {"a": ["x"]}, "keep": "1 day"},
        "goes with every",
    ),
    "a wrong level below": (
        {"Sub": type("Sub", (), {"by": "x", "modulus": 2})},
        r"Partition\.Sub\.by names 'x'",
    ),
}


@pytest.mark.parametrize("name", WRONG)
@isolate_apps("tests.partitions")
def test_a_wrong_declaration_is_told(name: str) -> None:
    partition, message = WRONG[name]

    (error,) = told(declared(partition=partition))

    assert error.id == "schemapatterns.E500"
    with pytest.raises(AssertionError, match=message):
        raise AssertionError(error.msg)


@isolate_apps("tests.partitions")
def test_a_model_that_says_nothing_is_told_what_to_say() -> None:
    model = declared(Partition=None)

    assert [each.id for each in told(model)] == ["schemapatterns.E500"]
    assert "Write class Partition: by" in told(model)[0].msg.replace("into the model: ", "")


@isolate_apps("tests.partitions")
def test_a_key_that_may_be_null() -> None:
    (error,) = told(declared(at=models.DateTimeField(null=True)))

    assert "which may be null" in error.msg


@pytest.mark.parametrize(
    ("members", "what"),
    [
        ({"code": models.CharField(max_length=5, unique=True)}, "unique=True of code"),
        ({"meta": {"unique_together": [("code",)]}}, "unique_together of code"),
        ({"meta": {"constraints": [models.UniqueConstraint("code", name="once")]}}, "the constraint once"),
        (
            {"meta": {"constraints": [models.UniqueConstraint(fields=["code"], name="once")]}},
            "constraint once",
        ),
    ],
)
@isolate_apps("tests.partitions")
def test_unique_rules_without_the_key(members: dict[str, Any], what: str) -> None:
    (error,) = told(declared(**members))

    assert error.id == "schemapatterns.E501"
    assert what in error.msg
    assert "UniqueAcrossPartitions" in str(error.hint)


@isolate_apps("tests.partitions")
def test_unique_rules_that_are_possible() -> None:
    rules = [
        UniqueAcrossPartitions(fields=["code"]),
        models.UniqueConstraint(fields=["code", "at"], name="once"),
    ]

    assert ids(declared(meta={"constraints": rules})) == []


@isolate_apps("tests.partitions")
def test_exclusions_moving_keys_and_children() -> None:
    rule = ExclusionConstraint(name="apart", expressions=[("code", "=")])
    assert ids(declared(meta={"constraints": [rule]})) == ["schemapatterns.E502"]
    assert ids(declared(at=models.DateTimeField(auto_now=True))) == ["schemapatterns.E503"]
    assert ids(declared(at=fields.UpdatedAtField())) == ["schemapatterns.E503"]
    parent = declared()
    child = type(
        "Child", (parent,), {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "partitions"})}
    )
    assert ids(child)[0] == "schemapatterns.W504"


@isolate_apps("tests.partitions")
def test_a_manager_that_hides_another() -> None:
    assert ids(declared(patterns.PartitionedModel, patterns.SoftDeleteModel)) == ["schemapatterns.E505"]
    assert ids(declared(patterns.SoftDeleteModel, patterns.PartitionedModel)) == []


@isolate_apps("tests.partitions")
def test_foreign_keys_to_a_part_of_a_primary_key() -> None:
    def pointing(**members: Any) -> Any:
        meta = type("Meta", (), {"app_label": "partitions"})
        return type(
            f"Line{next(numbers)}", (models.Model,), {"__module__": __name__, "Meta": meta, **members}
        )

    target = declared()
    assert ids(pointing(row=models.ForeignKey(target, models.CASCADE))) == ["schemapatterns.E509"]
    assert ids(pointing(row=models.ForeignKey(target, models.CASCADE, db_constraint=False))) == []
    assert ids(pointing(rows=models.ManyToManyField(target))) == ["schemapatterns.E509"]
    by_uuid = declared(id=fields.UUID7Field(primary_key=True), partition={"by": "id"})
    assert ids(pointing(row=models.ForeignKey(by_uuid, models.CASCADE))) == []


@isolate_apps("tests.partitions")
def test_a_key_field_beside_the_wrong_thing() -> None:
    def messages(**members: Any) -> list[Any]:
        meta = type("Meta", (), {"app_label": "partitions"})
        line: Any = type(
            f"Line{next(numbers)}", (models.Model,), {"__module__": __name__, "Meta": meta, **members}
        )
        return [each for each in line._meta.get_field("row_at").check() if each.id == "schemapatterns.E506"]

    target = declared()
    key = fields.PartitionKeyField("row")
    row = models.ForeignKey(target, models.CASCADE)
    assert "say db_constraint=False" in messages(row=row, row_at=key)[0].msg
    assert "is no ForeignKey" in messages(row_at=fields.PartitionKeyField("other"))[0].msg
    loose = models.ForeignKey(target, models.CASCADE, db_constraint=False, null=True)
    assert "null must be True" in messages(row=loose, row_at=fields.PartitionKeyField("row"))[0].msg
    plain = models.ForeignKey("self", models.CASCADE, db_constraint=False)
    assert "surrogate mode" in messages(row=plain, row_at=fields.PartitionKeyField("row"))[0].msg
