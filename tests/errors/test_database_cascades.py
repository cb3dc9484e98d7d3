"""Foreign keys with ON DELETE CASCADE in the database, as DB_CASCADE of Django 6.1 makes them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction

from django_schemapatterns import models as patterns
from django_schemapatterns.models import AuditLog
from example_project.database import DatabaseForeignKey
from tests.schema.story import Story

pytestmark = pytest.mark.django_db
IN_DATABASE: Any = getattr(models, "DB_CASCADE", None)


def cascading(to: str) -> tuple[Any, list[Any]]:
    """Return a foreign key and the constraints that it needs beside: Django 5.2 has no such on_delete."""
    if IN_DATABASE is not None:
        return models.ForeignKey(to, IN_DATABASE), []
    rule = DatabaseForeignKey(field="tree", on_delete="CASCADE", name="leaf_tree_fk")
    return models.ForeignKey(to, models.DO_NOTHING, db_constraint=False), [rule]


def tree(*bases: Any) -> Any:
    def declare() -> Any:
        class Tree(*bases, models.Model):  # type: ignore[misc]
            name = models.CharField(max_length=20)
            size = models.IntegerField(default=0)

            class Meta:
                app_label = "testapp"

            def __str__(self) -> str:
                return str(self.name)

        return Tree

    return declare


def leaf(*bases: Any) -> Any:
    def declare() -> Any:
        key, rules = cascading("testapp.Tree")

        class Leaf(*bases, models.Model):  # type: ignore[misc]
            tree = key
            size = models.IntegerField(default=0)

            class Meta:
                app_label = "testapp"
                constraints = rules

            if patterns.PeriodModel in bases:
                Period = type("Period", (), {"tracks": {"tree": ["size"]}})

            def __str__(self) -> str:
                return str(self.size)

        return Leaf

    return declare


def run(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(sql)


def test_foreign_key_of_the_database_cascades() -> None:
    Story(tree(), leaf())

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT confdeltype::text FROM pg_constraint "
            "WHERE conrelid = 'testapp_leaf'::regclass AND contype = 'f'"
        )
        assert cursor.fetchall() == [("c",)]


def test_rows_that_the_database_takes_along_are_in_the_log() -> None:
    Story(tree(patterns.AuditedModel), leaf(patterns.AuditedModel))
    run("INSERT INTO testapp_tree (id, name, size) OVERRIDING SYSTEM VALUE VALUES (7, 'oak', 1)")
    run("INSERT INTO testapp_leaf (tree_id, size) VALUES (7, 1), (7, 2)")

    run("DELETE FROM testapp_tree")

    log = AuditLog.objects.filter(operation=AuditLog.Operation.DELETE)
    assert sorted(map(str, log.values_list("table_name", flat=True))) == [
        "testapp_leaf",
        "testapp_leaf",
        "testapp_tree",
    ]


def test_soft_delete_of_the_parent_leaves_the_rows() -> None:
    story = Story(tree(patterns.SoftDeleteModel), leaf())
    run("INSERT INTO testapp_tree (id, name, size) OVERRIDING SYSTEM VALUE VALUES (7, 'oak', 1)")
    run("INSERT INTO testapp_leaf (tree_id, size) VALUES (7, 1)")

    run("SELECT schemapatterns.soft_delete('testapp_tree', 7)")
    assert story.model("Leaf")._base_manager.count() == 1

    run("SELECT schemapatterns.hard_delete('testapp_tree', 7)")
    assert story.model("Leaf")._base_manager.count() == 0


def test_rows_that_are_to_be_soft_deleted_are_not_taken_along_for_good() -> None:
    story = Story(tree(), leaf(patterns.SoftDeleteModel))
    run("INSERT INTO testapp_tree (id, name, size) OVERRIDING SYSTEM VALUE VALUES (7, 'oak', 1)")
    run("INSERT INTO testapp_leaf (tree_id, size) VALUES (7, 1)")

    with pytest.raises(IntegrityError, match="would be deleted along"), transaction.atomic():
        run("DELETE FROM testapp_tree")

    assert story.model("Leaf")._base_manager.count() == 1


def test_versions_of_a_period_go_with_their_owner() -> None:
    story = Story(tree(), leaf(patterns.PeriodModel))
    run("INSERT INTO testapp_tree (id, name, size) OVERRIDING SYSTEM VALUE VALUES (7, 'oak', 1)")
    assert story.model("Leaf")._base_manager.count() == 1

    run("DELETE FROM testapp_tree")

    assert story.model("Leaf")._base_manager.count() == 0
