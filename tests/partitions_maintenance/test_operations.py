"""Maintenance in migrations, after `migrate`, and for models as they are declared."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ProjectState
from django.test.utils import CaptureQueriesContext, isolate_apps
from django.utils import timezone

from django_schemapatterns import models as patterns, operations
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import ensure, status
from django_schemapatterns.partitions.sources import maintained
from django_schemapatterns.partitions.upkeep import after_migrate
from django_schemapatterns.schema import maintained as registry
from tests.partitions_maintenance.tools import execute, rows, value

pytestmark = pytest.mark.django_db


@pytest.fixture
def visit() -> Any:
    """Give a partitioned model and its table, whose partitions are gone but for the default one."""
    with isolate_apps("tests.testapp"):

        class Visit(patterns.PartitionedModel):
            at = models.DateTimeField(default=timezone.now)

            class Meta:
                app_label = "testapp"

            class Partition:
                by, every, ahead, keep, default = "at", "month", 1, "2 months", True

    with connection.schema_editor() as editor:
        editor.create_model(Visit)
    for (name,) in rows(
        "SELECT partition_name FROM schemapatterns.partitions WHERE table_name = 'testapp_visit'"
    ):
        if not name.endswith("_default"):
            execute(f"DROP TABLE {name}")
    return Visit


def state_of(model: Any) -> ProjectState:
    from django.db.migrations.state import ModelState

    state = ProjectState()
    state.add_model(ModelState.from_model(model))
    return state


def run(operation: Any, model: Any, *, collect: bool = False) -> list[str]:
    state = state_of(model)
    with connection.schema_editor(collect_sql=collect) as editor:
        operation.database_forwards("testapp", editor, state, state)
    return list(editor.collected_sql) if collect else []


def partitions() -> int:
    return int(value("SELECT count(*) FROM pg_inherits WHERE inhparent = 'testapp_visit'::regclass"))


def test_migration_makes_drains_and_retires(visit: Any) -> None:
    run(operations.EnsurePartitions("visit"), visit)
    assert partitions() == 3

    visit.objects.create(at="1999-05-05T00:00:00Z")
    run(operations.DrainPartitions("visit"), visit)
    assert partitions() == 4
    assert value("SELECT tableoid::regclass::text FROM testapp_visit") == "testapp_visit_1999_05"

    run(operations.ExpirePartitions("visit"), visit)
    assert visit.objects.count() == 0
    assert maintained(visit) is not None


def test_migration_that_can_not_do_it_stops(visit: Any) -> None:
    execute(f"CREATE TABLE testapp_visit_{timezone.now():%Y_%m} ()")

    with pytest.raises(ConfigurationError, match="something else is called testapp_visit_"):
        run(operations.EnsurePartitions("visit"), visit)


def test_migration_in_sql_says_what_it_does(visit: Any) -> None:
    collected = run(operations.EnsurePartitions("visit"), visit, collect=True)

    assert collected == ["-- manage.py partitions ensure testapp.Visit"]
    assert partitions() == 1


def test_other_models_are_refused() -> None:
    draft = apps.get_model("testapp", "draft")

    with pytest.raises(ConfigurationError, match=r"testapp\.Draft is not partitioned by time"):
        run(operations.EnsurePartitions("draft"), draft)


@pytest.mark.parametrize("name", ["EnsurePartitions", "DrainPartitions", "ExpirePartitions"])
def test_operation_is_written_and_reversed(visit: Any, name: str) -> None:
    operation = getattr(operations, name)("visit")

    assert operation.deconstruct() == (name, ["visit"], {})
    assert type(operation).__module__ == "django_schemapatterns.operations"
    with CaptureQueriesContext(connection) as queries:
        operation.database_backwards("testapp", None, ProjectState(), ProjectState())
    assert len(queries) == 0
    assert operation.references_model("Visit", "testapp")


def test_model_is_maintained_as_it_declares(visit: Any) -> None:
    table = maintained(visit)
    assert table is not None
    assert (table.label, table.table, table.every, table.ahead, table.keep) == (
        "testapp.Visit",
        "testapp_visit",
        "month",
        1,
        "2 months",
    )
    assert maintained(apps.get_model("testapp", "article")) is None

    ensure(table)
    (found,) = status(table)
    assert found.is_well
    assert found.listing.table.label == "testapp.Visit"


def test_migrate_makes_what_is_missing(visit: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    table = maintained(visit)
    monkeypatch.setattr("django_schemapatterns.partitions.upkeep.partitioned_models", lambda: [table])
    monkeypatch.setattr(registry, "_sources", [lambda: [table]])

    after_migrate(using="default")

    assert partitions() == 3
    with CaptureQueriesContext(connection) as queries:
        after_migrate(using="default")
    assert not any("create_partition(" in each["sql"] for each in queries)
