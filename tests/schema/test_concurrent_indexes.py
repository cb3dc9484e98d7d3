"""Indexes built beside others who write: a transaction in the way, a killed backend, rows that are alike."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Q

from django_schemapatterns.context import acting_as
from django_schemapatterns.exceptions import ConfigurationError, IndexNotBuilt
from django_schemapatterns.operations import (
    AddConstraintConcurrently,
    AddIndexConcurrently,
    RemoveIndexConcurrently,
)
from tests.audit.tools import execute, select
from tests.schema.story import Story
from tests.schema.test_free_objects_domains import plain
from tests.softdelete.test_concurrency import Session

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "testapp_tree"
VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass('tree_height')"
INDEX = models.Index(fields=["height"], name="tree_height")
UNIQUE = models.UniqueConstraint(fields=["height"], name="tree_height")


@pytest.fixture
def story() -> Iterator[Story]:
    yield Story(plain(height=models.IntegerField(null=True)))
    execute(f"DROP TABLE {TABLE}")


@pytest.fixture
def writer(story: Story) -> Iterator[Session]:
    """Somebody whose transaction has written to the table, and stays open."""
    session = Session()
    session.run(f"INSERT INTO {TABLE} (height) VALUES (1)")
    yield session
    session.raw.close()


def run(story: Story, operation: Any, *, backwards: bool = False) -> None:
    before, after = story.state, story.state.clone()
    operation.state_forwards("testapp", after)
    with connection.schema_editor(atomic=False) as editor:
        if backwards:
            operation.database_backwards("testapp", editor, after, before)
        else:
            operation.database_forwards("testapp", editor, before, after)


def test_index_is_built_once_and_dropped_again(story: Story) -> None:
    operation = AddIndexConcurrently("tree", INDEX)
    with acting_as(user=None, request_id="r-1"):
        run(story, operation)
    oid = select("SELECT 'tree_height'::regclass::oid")

    run(story, operation)

    assert select("SELECT 'tree_height'::regclass::oid") == oid
    assert select(VALID) is True
    run(story, operation, backwards=True)
    assert select(VALID) is None
    run(story, operation, backwards=True)


def test_build_that_waits_too_long_leaves_nothing_or_says_so(story: Story, writer: Session) -> None:
    with pytest.raises(IndexNotBuilt, match=r"(?s)tree_height .*lock timeout.*(is left of it)"):
        run(story, AddIndexConcurrently("tree", INDEX, lock_timeout=0.3))
    assert select("SHOW lock_timeout") == "0"

    writer.commit()
    run(story, AddIndexConcurrently("tree", INDEX))

    assert select(VALID) is True


def test_build_whose_backend_is_killed_is_begun_again(story: Story, writer: Session) -> None:
    errors: list[BaseException] = []

    def build() -> None:
        try:
            run(story, AddIndexConcurrently("tree", INDEX))
        except IndexNotBuilt as error:
            errors.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=build)
    thread.start()
    kill_what_waits()
    thread.join()

    assert select(VALID) is False
    assert "is invalid" in str(errors[0])
    writer.commit()
    run(story, AddIndexConcurrently("tree", INDEX))
    assert select(VALID) is True


def kill_what_waits() -> None:
    for _ in range(200):
        killed = select(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE query LIKE 'CREATE INDEX CONCURRENTLY%%' "
            "AND cardinality(pg_blocking_pids(pid)) > 0"
        )
        if killed:
            return
        time.sleep(0.05)
    pytest.fail("the build did not wait")


def test_rows_that_are_alike_are_told_and_nothing_is_left(story: Story) -> None:
    execute(f"INSERT INTO {TABLE} (height) VALUES (7), (7)")

    with pytest.raises(IndexNotBuilt, match=r"(?s)\(height\)=\(7\) is duplicated.*Nothing is left"):
        run(story, AddConstraintConcurrently("tree", UNIQUE))
    assert select(VALID) is None

    execute(f"DELETE FROM {TABLE}")
    run(story, AddConstraintConcurrently("tree", UNIQUE))
    run(story, AddConstraintConcurrently("tree", UNIQUE))
    assert select("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'tree_height'") == (
        "UNIQUE (height)"
    )
    run(story, AddConstraintConcurrently("tree", UNIQUE), backwards=True)
    assert select(VALID) is None


@pytest.mark.parametrize(
    ("options", "definition"),
    [
        ({"fields": ["height"], "nulls_distinct": False}, "UNIQUE NULLS NOT DISTINCT (height)"),
        (
            {"fields": ["height"], "deferrable": models.Deferrable.DEFERRED},
            "UNIQUE (height) DEFERRABLE INITIALLY DEFERRED",
        ),
        ({"fields": ["height"], "condition": Q(height__gt=1)}, None),
    ],
)
def test_every_kind_of_unique_constraint(story: Story, options: Any, definition: str | None) -> None:
    run(story, AddConstraintConcurrently("tree", models.UniqueConstraint(name="tree_height", **options)))

    found = select("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'tree_height'")
    assert found == definition
    assert select(VALID) is True


def test_another_index_of_the_name_is_left_alone(story: Story) -> None:
    execute(f"CREATE INDEX tree_height ON {TABLE} (height DESC)")

    with pytest.raises(ConfigurationError, match=r"another index tree_height .*height DESC.*Wanted is"):
        run(story, AddIndexConcurrently("tree", INDEX))

    assert select(VALID) is True


def test_index_is_removed_concurrently_and_comes_back(story: Story) -> None:
    run(story, AddIndexConcurrently("tree", INDEX))
    AddIndexConcurrently("tree", INDEX).state_forwards("testapp", story.state)
    operation = RemoveIndexConcurrently("tree", "tree_height", lock_timeout=5)

    run(story, operation)
    run(story, operation)
    assert select(VALID) is None
    run(story, operation, backwards=True)
    assert select(VALID) is True


def test_transaction_is_refused_with_the_way_out(story: Story) -> None:
    for operation in (AddIndexConcurrently("tree", INDEX), AddConstraintConcurrently("tree", UNIQUE)):
        after = story.state.clone()
        operation.state_forwards("testapp", after)
        with (
            pytest.raises(ConfigurationError, match=r"Concurrently can not run .*`atomic = False`"),
            connection.schema_editor(atomic=True) as editor,
        ):
            operation.database_forwards("testapp", editor, story.state, after)


def test_only_what_is_unique_is_built_concurrently() -> None:
    check = models.CheckConstraint(condition=Q(height__gt=1), name="tall")

    with pytest.raises(ConfigurationError, match="tall is a CheckConstraint: use AddConstraint"):
        AddConstraintConcurrently("tree", check)  # type: ignore[arg-type]


def test_operations_are_written_as_they_are_read() -> None:
    operations: list[Any] = [
        AddIndexConcurrently("tree", INDEX, lock_timeout=2.5),
        RemoveIndexConcurrently("tree", "tree_height"),
        AddConstraintConcurrently("tree", UNIQUE, lock_timeout=2.5),
    ]

    for operation in operations:
        name, args, kwargs = operation.deconstruct()
        again = type(operation)(*args, **kwargs)
        assert name == type(operation).__name__
        assert again.deconstruct() == (name, args, kwargs)
        assert again.lock_timeout == operation.lock_timeout
