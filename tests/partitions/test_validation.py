"""Constraints of partitioned tables, proven partition by partition."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.operations import ValidateConstraintOnPartitions
from tests.partitions.app.models import Region
from tests.partitions.tools import execute, partitions, select, statements

pytestmark = pytest.mark.django_db(transaction=True)

TABLE = "parttests_region"
LONG = "CHECK (length(name) < 30)"
SEA = "REFERENCES parttests_sea NOT VALID"


@pytest.fixture(autouse=True)
def gone() -> Iterator[None]:
    yield
    execute(f"ALTER TABLE {TABLE} DROP CONSTRAINT IF EXISTS short, DROP COLUMN IF EXISTS sea")
    execute("DROP TABLE IF EXISTS parttests_sea")


def run(*, atomic: bool = False) -> list[str]:
    """The tables in whose turn it was, the leaves first."""
    state = ProjectState.from_apps(Region._meta.apps)
    operation = ValidateConstraintOnPartitions("Region", "short", lock_timeout=5)
    with statements() as found, connection.schema_editor(atomic=atomic) as editor:
        operation.database_forwards("parttests", editor, state, state)
    return [each.split()[2] for each in found if "VALIDATE" in each]


def unproven() -> list[Any]:
    return select("SELECT conrelid::regclass FROM pg_constraint WHERE NOT convalidated")


def test_leaves_are_proven_before_what_is_above_them() -> None:
    execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT short {LONG} NOT VALID")

    proven = run()

    leaves = sorted(partitions(TABLE))
    assert proven[: len(leaves)] == leaves
    assert proven[-1] == TABLE
    assert unproven() == []
    assert run() == []


def test_what_is_proven_is_not_read_again() -> None:
    execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT short {LONG} NOT VALID")
    first, *others = run_order = sorted(partitions(TABLE))
    execute(f"ALTER TABLE {first} VALIDATE CONSTRAINT short")

    assert run()[: len(others)] == run_order[1:]


def test_wrong_rows_are_told_with_their_partition() -> None:
    Region.objects.create(country="SE", name="n" * 40)
    execute(f"ALTER TABLE {TABLE} ADD CONSTRAINT short {LONG} NOT VALID")

    with pytest.raises(IntegrityError, match=f'of relation "{TABLE}_north_.* is violated'):
        run()

    Region.objects.all().delete()
    assert run()[-1] == TABLE


def test_a_foreign_key() -> None:
    execute(f"CREATE TABLE parttests_sea (id int PRIMARY KEY); ALTER TABLE {TABLE} ADD sea int")
    key = f"ALTER TABLE {TABLE} ADD CONSTRAINT short FOREIGN KEY (sea) {SEA}"
    if connection.pg_version < 180_000:  # type: ignore[attr-defined]
        with pytest.raises(DatabaseError, match="NOT VALID"):
            execute(key)
        return
    execute(key)

    assert run()[-1] == TABLE
    assert unproven() == []


def test_not_in_a_transaction() -> None:
    with pytest.raises(ConfigurationError, match="can not run in a transaction"):
        run(atomic=True)


def test_how_a_migration_writes_it() -> None:
    operation = ValidateConstraintOnPartitions("region", "short", lock_timeout=5)
    text, _ = MigrationWriter.serialize(operation)

    assert text.startswith("django_schemapatterns.operations.ValidateConstraintOnPartitions(")
    assert "lock_timeout=5" in text
    assert operation.describe().endswith(", partition by partition")
