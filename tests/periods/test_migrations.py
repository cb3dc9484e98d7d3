"""makemigrations finds what versions need; migrate goes there and back, over tables with data."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter

from django_schemapatterns import models as patterns
from django_schemapatterns.operations import AlterTrigger, SeedPeriods
from tests.periods.tools import execute
from tests.schema.story import Story, found, functions, state_of

pytestmark = pytest.mark.django_db

Declare = Callable[[], Any]


def integer(**options: Any) -> Callable[[], Any]:
    return lambda: models.IntegerField(**{"db_default": 1, **options})


def model(called: str, *bases: Any, meta: dict[str, Any] | None = None, **members: Any) -> Declare:
    """Return a function that declares a model."""

    def declare() -> Any:
        options = type("Meta", (), {"app_label": "testapp", **(meta or {})})
        fields = {name: member() for name, member in members.items() if member}
        return type(called, bases or (models.Model,), {"__module__": __name__, "Meta": options, **fields})

    return declare


def tree(called: str = "Tree", **members: Any) -> Declare:
    return model(called, **{"height": integer(), **members})


def versions(
    *columns: str,
    called: str = "TreeHeight",
    of: str = "Tree",
    meta: Any = None,
    period: Any = None,
    base: Any = patterns.PeriodModel,
    **members: Any,
) -> Declare:
    names = list(columns) or ["height"]

    def declare() -> Any:
        fields = {name: integer() for name in names}
        key = {"tree": lambda: models.ForeignKey(f"testapp.{of}", models.CASCADE, related_name="heights")}
        options = type("Period", (), {"tracks": {"tree": names}, **(period or {})})
        body = {**fields, **key, **members}
        return model(called, base, meta=meta, **body, Period=lambda: options)()

    return declare


def heights(column: str = "height", table: str = "testapp_treeheight") -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{column}" FROM "{table}" ORDER BY tree_id, effective_from')
        return [height for (height,) in cursor.fetchall()]


def plant(number: int = 1) -> None:
    run(f"INSERT INTO testapp_tree (height) SELECT i FROM generate_series(1, {number}) AS i")


def run(sql: str) -> None:
    execute(f"{sql}; SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def views() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'v' AND relname ~ 'tree'")
        return {name for (name,) in cursor.fetchall()}


def current() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT proname FROM pg_proc WHERE proname ~ '^current_(height|size|width)'")
        return {name for (name,) in cursor.fetchall()}


def test_a_table_with_data_learns_it_and_forgets_it() -> None:
    story = Story(tree())
    plant(25_000)
    run("UPDATE testapp_tree SET height = 7 WHERE id % 2 = 0")

    operations = story.becomes(tree(), versions())

    assert sum(isinstance(operation, SeedPeriods) for operation in operations) == 1
    assert len(heights()) == 25_000
    assert (
        execute(
            "SELECT count(*) FROM testapp_tree AS tree JOIN testapp_treeheight AS version "
            "ON tree_id = tree.id AND version.height = tree.height"
        )
        == 25_000
    )
    run("UPDATE testapp_tree SET height = 8")
    assert len(heights()) == 50_000

    story.undo()
    run("UPDATE testapp_tree SET height = 9")
    assert (functions(), views(), current()) == (set(), set(), set())


def test_new_tables_need_no_seed() -> None:
    operations = Story().becomes(tree(), versions())

    assert not any(isinstance(operation, SeedPeriods) for operation in operations)
    plant()
    assert heights() == [1]


def test_a_model_that_stays_changes_nothing() -> None:
    story = Story(tree(), versions())

    assert story.becomes(tree(), versions()) == []


def test_what_makemigrations_writes_can_be_read() -> None:
    for old in (state_of(), state_of(tree())):
        for migration in found(old, state_of(tree(), versions(period={"steps": "last"}))):
            migration.name = "0001_test"
            exec(compile(MigrationWriter(migration).as_string(), "0001_test.py", "exec"), {})


def test_a_renamed_column_there_and_back() -> None:
    story = Story(tree(), versions())
    plant()

    story.becomes(tree(height=None, size=integer()), versions("size"))
    run("UPDATE testapp_tree SET size = 2")
    assert heights("size") == [1, 2]
    assert current() == {"current_size"}

    story.undo()
    run("UPDATE testapp_tree SET height = 3")
    assert heights() == [1, 2, 3]
    assert execute("SELECT schemapatterns.current_height(id) FROM testapp_tree") == 3


def test_a_column_of_another_type_there_and_back() -> None:
    story = Story(tree(), versions())
    plant()
    decimal = lambda: models.DecimalField(max_digits=10, decimal_places=2, default=1)  # noqa: E731

    story.becomes(tree(height=decimal), versions("height", height=decimal))
    run("UPDATE testapp_tree SET height = 2.5")
    assert [float(height) for height in heights()] == [1, 2.5]
    assert float(execute("SELECT schemapatterns.current_height(id) FROM testapp_tree")) == 2.5

    run("UPDATE testapp_tree SET height = 4")
    run("DELETE FROM testapp_treeheight WHERE height = 2.5")
    story.undo()
    run("UPDATE testapp_tree SET height = 5")
    assert heights() == [1, 4, 5]


def test_another_column_is_tracked_from_then_on() -> None:
    story = Story(tree(width=integer()), versions())
    plant()
    run("UPDATE testapp_tree SET width = 5")

    story.becomes(tree(width=integer()), versions("height", "width"))

    assert heights("width") == [1, 5]  # what was not known is the default, and what is known starts now
    run("UPDATE testapp_tree SET width = 6")
    assert heights("width") == [1, 5, 6]
    story.undo()
    run("UPDATE testapp_tree SET height = 3")
    assert heights() == [1, 1, 1, 3]


def test_a_column_that_is_dropped_is_tracked_no_longer() -> None:
    story = Story(tree(width=integer()), versions("height", "width"))
    plant()

    story.becomes(tree(), versions())
    run("UPDATE testapp_tree SET height = 2")
    assert heights() == [1, 2]

    story.undo()
    run("UPDATE testapp_tree SET width = 3")
    assert heights("width") == [1, 1, 3]


def test_renamed_models_and_tables_keep_their_versions() -> None:
    story = Story(tree(), versions())
    plant()

    story.becomes(tree("BigTree"), versions(of="BigTree"))
    run("UPDATE testapp_bigtree SET height = 2")
    story.becomes(tree("BigTree"), versions(of="BigTree", called="TreeSize"))
    run("UPDATE testapp_bigtree SET height = 3")
    story.becomes(tree("BigTree"), versions(of="BigTree", called="TreeSize", meta={"db_table": "tree sizes"}))
    run("UPDATE testapp_bigtree SET height = 4")
    assert heights(table="tree sizes") == [1, 2, 3, 4]
    assert "tree sizes_periods" in views()
    assert len(functions()) == 10

    for _ in range(3):
        story.undo()
    run("UPDATE testapp_tree SET height = 5")
    assert heights() == [1, 2, 3, 4, 5]
    assert len(functions()) == 10


def test_versions_begin_and_cease_to_remember_what_was_believed() -> None:
    story = Story(tree(), versions())
    plant(3)

    story.becomes(tree(), versions(base=patterns.BitemporalModel))
    run("UPDATE testapp_treeheight SET height = 9 WHERE tree_id = (SELECT min(id) FROM testapp_tree)")
    run("UPDATE testapp_tree SET height = 5")
    believed = "SELECT count(*) FROM testapp_treeheight WHERE superseded_at IS NOT NULL"
    assert execute(believed) == 1
    assert len(heights()) == 3 + 1 + 3
    assert execute("SELECT count(*) FROM testapp_treeheight_periods") == 6

    run("DELETE FROM testapp_tree")
    plant()
    story.undo()
    run("UPDATE testapp_tree SET height = 2")
    assert heights() == [1, 2]


def test_a_renamed_foreign_key() -> None:
    story = Story(tree(), versions())
    plant()

    def renamed() -> Any:
        key: dict[str, Any] = {
            "plant": lambda: models.ForeignKey("testapp.Tree", models.CASCADE, related_name="heights")
        }
        options = type("Period", (), {"tracks": {"plant": ["height"]}})
        return model("TreeHeight", patterns.PeriodModel, height=integer(), **key, Period=lambda: options)()

    story.becomes(tree(), renamed)
    run("UPDATE testapp_tree SET height = 2")
    assert execute("SELECT count(*) FROM testapp_treeheight WHERE plant_id IS NOT NULL") == 2


def test_options_that_change_alter_the_trigger_in_one_step() -> None:
    story = Story(tree(), versions())
    plant()

    operations = story.becomes(tree(), versions(period={"steps": "last"}))

    assert [type(operation) for operation in operations] == [AlterTrigger]
    run("UPDATE testapp_tree SET height = 2; UPDATE testapp_tree SET height = 3")
    assert heights() == [3]


def test_models_that_are_deleted_leave_nothing_behind() -> None:
    story = Story(tree(), versions())
    plant()

    story.becomes(tree())
    assert (functions(), views(), current()) == (set(), set(), set())
    run("UPDATE testapp_tree SET height = 2")
    story.undo()
    run("UPDATE testapp_tree SET height = 3")
    assert heights() == [3]
    story.becomes()
    assert (functions(), views(), current()) == (set(), set(), set())


def test_tables_in_another_schema() -> None:
    execute("CREATE SCHEMA woods")
    where = {"db_table": '"woods"."Tree top"'}
    story = Story(
        model("Tree", height=integer(), meta=where), versions(meta={"db_table": '"woods"."Heights"'})
    )

    execute("SET LOCAL search_path = ''")
    run('INSERT INTO woods."Tree top" (height) VALUES (1)')
    run('UPDATE woods."Tree top" SET height = 2')
    assert execute('SELECT count(*) FROM woods."Heights_periods"') == 2
    assert execute('SELECT schemapatterns.current_height(id) FROM woods."Tree top"') == 2
    execute("SET LOCAL search_path = public")
    story.undo()
    assert not {name for name in functions() if name.startswith("period")}


def test_a_repair_starts_versions_where_they_are_wrong() -> None:
    story = Story(tree(), versions())
    plant(3)
    execute("SET session_replication_role = replica")
    run("UPDATE testapp_tree SET height = 9 WHERE height = 2")
    run("DELETE FROM testapp_treeheight WHERE height = 3")
    execute("SET session_replication_role = origin")

    with connection.schema_editor() as editor:
        SeedPeriods("TreeHeight").database_forwards("testapp", editor, story.state, story.state)

    assert heights() == [1, 2, 9, 3]


def test_sql_can_be_shown() -> None:
    out = StringIO()
    call_command("sqlmigrate", "periodtests", "0001", stdout=out)
    assert 'CREATE FUNCTION schemapatterns."test_price"(key bigint' in out.getvalue()
    out = StringIO()
    call_command("sqlmigrate", "periodtests", "0001", backwards=True, stdout=out)
    assert "DROP FUNCTION IF EXISTS schemapatterns" in out.getvalue()


def test_nothing_is_left_to_migrate() -> None:
    call_command("makemigrations", "periodtests", "--check", "--dry-run", verbosity=0)
