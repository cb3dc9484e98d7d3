"""Functions that an app declares: made, replaced, made again, renamed and dropped, there and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.writer import MigrationWriter
from django.db.models import Func, Q

from django_schemapatterns.database import Function, View
from django_schemapatterns.exceptions import ConfigurationError, RuleBroken
from django_schemapatterns.operations import AlterObject, CreateObject, DropObject
from tests.audit.tools import execute, select
from tests.schema.declaring import DeclaredStory, declare, registry
from tests.schema.test_declared_views import trees
from tests.schema.test_free_objects_domains import plain
from tests.schema.test_migrations import kinds

__all__ = ["registry"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]
TABLE = "testapp_tree"
BODY = "LANGUAGE sql STABLE AS $$ SELECT count(*) FROM testapp_tree WHERE height > low $$"


def count_trees(low: str = "low int", result: str = "bigint", body: str = BODY) -> Function:
    return Function("count_trees", f"CREATE FUNCTION count_trees({low}) RETURNS {result} {body}")


def reader(call: str = "count_trees(1)") -> View:
    return View("tree_count", f"SELECT {call} AS n")


def test_function_is_made_after_the_tables_that_it_reads() -> None:
    story = DeclaredStory(trees(), declare(count_trees()))
    execute(f"INSERT INTO {TABLE} (height) VALUES (9)")

    assert kinds(list(story.done[0][0].operations)) == ["CreateModel", "CreateObject"]
    assert select("SELECT count_trees(8)") == 1
    assert story.becomes(trees(), declare(count_trees())) == []
    assert kinds(story.becomes(trees(), declare())) == ["DropObject"]
    story.undo()
    assert select("SELECT count_trees(8)") == 1
    story.undo()
    assert select("SELECT to_regproc('count_trees')") is None


def test_other_body_replaces_the_function() -> None:
    story = DeclaredStory(trees(), declare(count_trees(), reader()))
    oid = select("SELECT 'count_trees'::regproc::oid")

    done = story.becomes(
        trees(), declare(count_trees(body="LANGUAGE sql AS $$ SELECT 7::bigint $$"), reader())
    )

    assert kinds(done) == ["AlterObject"]
    assert select("SELECT count_trees(8)") == 7
    assert select("SELECT 'count_trees'::regproc::oid") == oid


@pytest.mark.parametrize(
    "changed",
    [
        count_trees(result="int", body="LANGUAGE sql AS $$ SELECT 7 $$"),
        count_trees(low="low int, most int DEFAULT 9"),
        count_trees(low="at_low int", body="LANGUAGE sql AS $$ SELECT 7::bigint $$"),
    ],
)
def test_other_arguments_or_result_make_it_again_with_grants_and_what_calls_it(changed: Function) -> None:
    story = DeclaredStory(trees(), declare(count_trees(), reader()))
    execute("CREATE ROLE tree_caller")
    execute("REVOKE EXECUTE ON FUNCTION count_trees FROM PUBLIC")
    execute("GRANT EXECUTE ON FUNCTION count_trees TO tree_caller")
    execute("COMMENT ON FUNCTION count_trees IS 'counted'")
    before = belongings()

    story.becomes(trees(), declare(changed, reader()))

    assert belongings() == before
    assert select("SELECT n FROM tree_count") in {0, 7}
    story.undo()
    assert belongings() == before
    assert select("SELECT n FROM tree_count") == 0


def belongings() -> Any:
    return select(
        "SELECT ARRAY[array_agg(proacl::text), array_agg(obj_description(oid, 'pg_proc'))] "
        "FROM pg_proc WHERE proname = 'count_trees'"
    )


def test_function_that_a_check_calls_is_made_before_the_table() -> None:
    is_tall = Function(
        "is_tall",
        "CREATE FUNCTION is_tall(h int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT h > 10'",
        before_tables=True,
    )
    rule = models.CheckConstraint(
        condition=Q(Func("height", function="is_tall", output_field=models.BooleanField())), name="tall"
    )
    story = DeclaredStory(plain(height=models.IntegerField(), Meta=meta(rule)), declare(is_tall))

    assert kinds(list(story.done[0][0].operations)) == ["CreateObject", "CreateModel"]
    with pytest.raises(DatabaseError, match="tall"), transaction.atomic():
        execute(f"INSERT INTO {TABLE} (height) VALUES (9)")
    assert kinds(story.becomes(declare()))[-2:] == ["DeleteModel", "DropObject"]


def meta(rule: models.CheckConstraint) -> type:
    return type("Meta", (), {"app_label": "testapp", "constraints": [rule]})


def test_column_that_a_function_is_bound_to_is_not_taken_from_under_it() -> None:
    tallest = Function(
        "tallest", f"CREATE FUNCTION tallest() RETURNS int RETURN (SELECT max(height) FROM {TABLE})"
    )
    story = DeclaredStory(trees(), declare(tallest))

    with (
        pytest.raises(RuleBroken, match=r'tallest\(\) would be dropped with the column "height"'),
        transaction.atomic(),
    ):
        story.becomes(plain(), declare(tallest))

    assert select("SELECT tallest()") is None


def test_function_is_renamed() -> None:
    story = DeclaredStory(trees(), declare(count_trees()))
    oid = select("SELECT 'count_trees'::regproc::oid")

    renamed = Function("trees", f"CREATE OR REPLACE FUNCTION trees(low int) RETURNS bigint {BODY};")
    assert kinds(story.becomes(trees(), declare(renamed))) == ["RenameObject"]

    assert select("SELECT 'trees'::regproc::oid") == oid
    assert story.becomes(trees(), declare(renamed)) == []
    story.undo()
    assert select("SELECT 'count_trees'::regproc::oid") == oid


def test_definition_of_something_else_is_refused() -> None:
    for definition in ("SELECT 1", "CREATE FUNCTION other() RETURNS int RETURN 1"):
        with pytest.raises(ConfigurationError, match=r"begins with CREATE FUNCTION count_trees"):
            Function("count_trees", definition).resolved("testapp")


def test_operations_are_written_as_they_are_read() -> None:
    story = DeclaredStory(trees(), declare(count_trees(), reader()))
    text = MigrationWriter(story.done[0][0]).as_string()

    assert "django_schemapatterns.database.View('tree_count', 'SELECT count_trees(1) AS n')" in text
    found: dict[str, Any] = {}
    exec(text, found)
    made = [each.object for each in found["Migration"].operations if isinstance(each, CreateObject)]
    assert made == [count_trees().resolved("testapp"), reader()]


def test_squashing_leaves_what_is_there_in_the_end() -> None:
    one, two = reader("1"), reader("2")

    def squash(*operations: Any) -> Any:
        return MigrationOptimizer().optimize(list(operations), "testapp")

    assert [each.object for each in squash(CreateObject(one), AlterObject(two, old=one))] == [two]
    assert squash(CreateObject(one), AlterObject(two, old=one), DropObject(two)) == []
    assert len(squash(CreateObject(count_trees()), CreateObject(one), AlterObject(two, old=one))) == 2


def test_sqlmigrate_shows_the_statements() -> None:
    with connection.schema_editor(collect_sql=True) as editor:
        for operation in (CreateObject(reader()), AlterObject(reader("2")), DropObject(count_trees())):
            operation.forwards(editor)

    assert editor.collected_sql == [
        'CREATE VIEW "tree_count" WITH (security_invoker = true) AS\nSELECT count_trees(1) AS n;',
        'CREATE OR REPLACE VIEW "tree_count" WITH (security_invoker = true) AS\nSELECT 2 AS n;',
        'DROP ROUTINE "count_trees";',
    ]
