"""`manage.py partitions convert` does what the migration does."""

from __future__ import annotations

import pytest
from django.db import connection
from django.utils import timezone

from django_schemapatterns.partitions import convert_model
from django_schemapatterns.partitions.convert import revert
from tests.partitions.app.models import Reading, Stop
from tests.partitions_maintenance.test_command import run, run_json
from tests.partitions_maintenance.tools import execute, value

pytestmark = pytest.mark.django_db
KIND = "SELECT relkind::text FROM pg_class WHERE oid = to_regclass(%s)"


@pytest.fixture
def reading() -> Reading:
    """A row of a table that is an ordinary one, as before its model was a PartitionedModel."""
    found: Reading = Reading.objects.create(sensor=7, day=timezone.now().date())
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with connection.schema_editor(atomic=False) as editor:
        revert(editor, Reading)
    assert kind() == "r"
    return found


def kind() -> str:
    return str(value(KIND, Reading._meta.db_table))


@pytest.mark.parametrize("strategy", ["attach", "copy"])
def test_rows_are_there_in_partitions(reading: Reading, strategy: str) -> None:
    text, code = run("convert", "parttests.Reading", "--strategy", strategy)

    assert code == 0
    assert "parttests.Reading is partitioned." in text
    assert kind() == "p"
    assert Reading.objects.get().pk == reading.pk
    assert run("convert", "parttests.Reading") == ("parttests.Reading is partitioned already.\n", 0)
    assert not convert_model(Reading)


def test_dry_run_changes_nothing(reading: Reading) -> None:
    text, code = run("convert", "parttests.Reading", "--dry-run")

    assert code == 0
    assert "can be converted" in text
    assert kind() == "r"


def test_what_is_in_the_way_is_listed(reading: Reading) -> None:
    execute(f'CREATE TABLE "{Reading._meta.db_table}_history" ()')

    for options in (["--dry-run"], []):
        text, code = run("convert", "parttests.Reading", *options)
        assert code == 1
        assert "whose name is needed. Rename or drop it." in text
    assert kind() == "r"


def test_json_is_for_programs(reading: Reading) -> None:
    found, code = run_json("convert", "parttests.Reading")

    assert code == 0
    assert (found["model"], found["converted"]) == ("parttests.Reading", True)


@pytest.mark.parametrize(
    ("label", "told"),
    [
        (Stop._meta.label, "does not say how it is partitioned"),
        ("parttests.Nothing", "There is no model 'parttests.Nothing'"),
        ("nowhere.Order", "There is no model"),
        ("Reading", "There is no model"),
    ],
)
def test_models_that_can_not_be_meant(label: str, told: str) -> None:
    text, code = run("convert", label)

    assert code == 1
    assert told in text
