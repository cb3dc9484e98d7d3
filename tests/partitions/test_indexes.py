"""Indexes of partitioned tables, built while others write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.operations import AddIndexOnPartitions
from tests.partitions.app.models import Region
from tests.partitions.tools import execute, partitions, select

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "parttests_region_by_name"


@pytest.fixture(autouse=True)
def gone() -> Iterator[None]:
    yield
    execute(f"DROP INDEX IF EXISTS {NAME}")


def run(index: models.Index, *, atomic: bool = False) -> None:
    before = ProjectState.from_apps(Region._meta.apps)
    operation = AddIndexOnPartitions("Region", index)
    after = before.clone()
    operation.state_forwards("parttests", after)
    with connection.schema_editor(atomic=atomic) as editor:
        operation.database_forwards("parttests", editor, before, after)


def parts() -> list[tuple[str, bool]]:
    """The tables with a valid index that is a part of ours, and whether it is valid."""
    return select(
        "SELECT indrelid::regclass::text, indisvalid FROM pg_partition_tree(to_regclass(%s)) "
        "JOIN pg_index ON indexrelid = relid WHERE isleaf ORDER BY 1",
        NAME,
    )


def by_name(**options: Any) -> models.Index:
    return models.Index(fields=["name"], name=NAME, **options)


def test_every_partition_of_every_level_has_a_part() -> None:
    run(by_name(condition=models.Q(name__gt="")))

    assert parts() == [(table, True) for table in sorted(partitions("parttests_region"))]
    assert select("SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)", NAME) == [(True,)]
    run(by_name(condition=models.Q(name__gt="")))


def test_a_build_that_was_broken_off_is_completed() -> None:
    run(by_name())
    whole = parts()
    execute(f"DROP INDEX {NAME}")
    execute(f"CREATE INDEX {NAME} ON ONLY parttests_region (name)")

    run(by_name())

    assert parts() == whole


def test_backwards_all_parts_go() -> None:
    run(by_name())
    before = ProjectState.from_apps(Region._meta.apps)
    operation = AddIndexOnPartitions("Region", by_name(), lock_timeout=5)
    after = before.clone()
    operation.state_forwards("parttests", after)

    with connection.schema_editor(atomic=False) as editor:
        operation.database_backwards("parttests", editor, after, before)

    assert parts() == []
    assert "concurrently, partition by partition" in operation.describe()


def test_not_in_a_transaction() -> None:
    with pytest.raises(ConfigurationError, match="can not run in a transaction"):
        run(by_name(), atomic=True)


def test_how_a_migration_writes_it() -> None:
    text, _ = MigrationWriter.serialize(AddIndexOnPartitions("region", by_name(), lock_timeout=5))

    assert text.startswith("django_schemapatterns.operations.AddIndexOnPartitions(")
    assert "lock_timeout=5" in text
