"""Views that an app declares: makemigrations finds them, migrate makes, changes and drops them, both ways."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations import Migration
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.state import ProjectState
from django.db.models import F

from django_schemapatterns import models as patterns
from django_schemapatterns.database import View
from django_schemapatterns.exceptions import ConfigurationError, RuleBroken
from django_schemapatterns.operations import AlterObject
from tests.audit.tools import execute, select
from tests.schema.declaring import DeclaredStory, declare, registry
from tests.schema.test_free_objects_domains import plain
from tests.schema.test_migrations import kinds, tree

__all__ = ["registry"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("registry")]
TABLE = "testapp_tree"
ROLE = "tree_reader"


@pytest.fixture
def reader() -> str:
    execute(f"CREATE ROLE {ROLE}")
    return ROLE


def tall(query: str = f"SELECT id, height FROM {TABLE} WHERE height > 10", **options: Any) -> View:
    return View("tall_trees", query, **options)


def trees(**fields: Any) -> Any:
    return plain(**{"height": models.IntegerField(null=True), **fields})


def definition(view: str = "tall_trees") -> str:
    return " ".join(str(select("SELECT pg_get_viewdef(to_regclass(%s))", view)).split())


def test_view_is_made_after_its_table_and_dropped_before_it() -> None:
    story = DeclaredStory(trees(), declare(tall()))
    execute(f"INSERT INTO {TABLE} (height) VALUES (9), (11)")

    assert kinds(list(story.done[0][0].operations)) == ["CreateModel", "CreateObject"]
    assert select("SELECT height FROM tall_trees") == 11
    assert select("SELECT reloptions::text FROM pg_class WHERE relname = 'tall_trees'") == (
        "{security_invoker=true}"
    )
    assert story.becomes(trees(), declare(tall())) == []

    assert kinds(story.becomes(declare())) == ["DropObject", "DeleteModel"]
    story.undo()
    assert select("SELECT count(*) FROM tall_trees") == 0
    story.undo()
    assert select("SELECT to_regclass('tall_trees')") is None


def test_view_on_a_queryset_is_compiled_with_its_values() -> None:
    query = lambda: (  # noqa: E731
        trees(name=models.TextField())()
        .objects.filter(name__startswith="100% o'", height__in=[1, 2])
        .values("id", size=F("height"))
    )
    DeclaredStory(trees(name=models.TextField(default="")), declare(View("tall_trees", query)))
    execute(f"INSERT INTO {TABLE} (height, name) VALUES (1, '100% o''ak'), (2, '100 o''ak')")

    assert select("SELECT array_agg(size) FROM tall_trees") == [1]


def test_added_column_replaces_the_view_in_one_step() -> None:
    story = DeclaredStory(trees(), declare(tall()))
    oid = select("SELECT 'tall_trees'::regclass::oid")

    done = story.becomes(trees(), declare(tall(f"SELECT id, height, 1 AS one FROM {TABLE}")))

    assert kinds(done) == ["AlterObject"]
    assert select("SELECT 'tall_trees'::regclass::oid") == oid
    story.undo()
    assert "one" not in definition()


def test_fields_come_and_go_below_a_view_that_changes() -> None:
    story = DeclaredStory(trees(width=models.IntegerField(null=True)), declare(tall()))
    execute("CREATE VIEW over_tall AS SELECT id FROM tall_trees")

    done = story.becomes(
        plain(width=models.IntegerField(null=True), depth=models.IntegerField(null=True)),
        declare(tall(f"SELECT id, depth AS height FROM {TABLE} WHERE width > 1")),
    )

    assert kinds(done)[0] == "ReleaseObject"
    assert kinds(done)[-1] == "AlterObject"
    assert select("SELECT count(*) FROM over_tall") == 0
    story.undo()
    assert "height > 10" in definition()


def test_released_view_says_why_it_can_not_be_read() -> None:
    DeclaredStory(trees(), declare(tall()))
    with connection.schema_editor() as editor:
        tall().release(editor)

    with pytest.raises(DatabaseError, match="the view tall_trees is being changed"), transaction.atomic():
        execute("SELECT * FROM tall_trees")


def test_other_columns_make_the_view_again_with_what_belongs_to_it(reader: str) -> None:
    story = DeclaredStory(trees(), declare(tall()))
    for statement in (
        "CREATE VIEW over_tall AS SELECT height FROM tall_trees",
        f"GRANT SELECT ON tall_trees TO {reader} WITH GRANT OPTION",
        f"GRANT UPDATE (height) ON tall_trees TO {reader}",
        "COMMENT ON VIEW tall_trees IS 'it''s tall'",
        "COMMENT ON COLUMN tall_trees.height IS 'in m'",
        "ALTER VIEW tall_trees ALTER COLUMN height SET DEFAULT 12",
        f"ALTER DEFAULT PRIVILEGES GRANT DELETE ON TABLES TO {reader}",
    ):
        execute(statement)
    before = belongings()

    done = story.becomes(trees(), declare(tall(f"SELECT height, id AS pk FROM {TABLE}")))

    assert kinds(done) == ["AlterObject"]
    assert belongings() == before
    assert select("SELECT count(*) FROM over_tall") == 0
    story.undo()
    assert belongings() == before


def belongings() -> Any:
    return select(
        "SELECT ARRAY[relacl::text, obj_description(pg_class.oid, 'pg_class'), attacl::text, "
        "col_description(pg_class.oid, attnum), pg_get_expr(adbin, adrelid)] FROM pg_class "
        "JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'height' "
        "JOIN pg_attrdef ON adrelid = pg_class.oid AND adnum = attnum WHERE relname = 'tall_trees'"
    )


def test_type_below_a_view_changes_with_its_grants_on_columns(reader: str) -> None:
    story = DeclaredStory(trees(), declare(tall(security_barrier=True)))
    execute(f"GRANT SELECT (height) ON tall_trees TO {reader}")
    execute("ALTER VIEW tall_trees ALTER COLUMN height SET DEFAULT 12")
    before = belongings()

    done = story.becomes(
        trees(height=models.DecimalField(max_digits=5, decimal_places=2, null=True)),
        declare(tall(security_barrier=True)),
    )

    assert kinds(done) == ["AlterField"]
    assert before[2]
    assert belongings() == before
    assert select("SELECT reloptions::text FROM pg_class WHERE relname = 'tall_trees'") == (
        "{security_invoker=true,security_barrier=true}"
    )


def test_view_is_renamed_with_what_reads_it() -> None:
    over = "SELECT count(*) AS n FROM tall_trees"
    story = DeclaredStory(trees(), declare(View("tree_count", over), tall()))
    oid = select("SELECT 'tall_trees'::regclass::oid")

    renamed = View("high_trees", f"SELECT id, height FROM {TABLE} WHERE height > 10")
    done = story.becomes(
        trees(), declare(View("tree_count", over.replace("tall_trees", "high_trees")), renamed)
    )

    assert kinds(done) == ["ReleaseObject", "RenameObject", "AlterObject"]
    assert select("SELECT 'high_trees'::regclass::oid") == oid
    story.undo()
    assert select("SELECT 'tall_trees'::regclass::oid") == oid


def test_views_on_views_come_and_go_in_order() -> None:
    first, second = View("a_last", "SELECT n FROM z_first"), View("z_first", f"SELECT 1 AS n FROM {TABLE}")
    story = DeclaredStory(trees(), declare(first, second))

    done = story.becomes(
        trees(),
        declare(View("a_last", "SELECT m FROM z_first"), View("z_first", f"SELECT 2 AS m FROM {TABLE}")),
    )

    assert [each.name for each in done if isinstance(each, AlterObject)] == ["z_first", "a_last"]
    story.becomes(trees(), declare())
    assert select("SELECT to_regclass('z_first')") is None
    while story.done:
        story.undo()


def test_squashed_migrations_make_the_same_view() -> None:
    story = DeclaredStory(trees(), declare(tall()))
    story.becomes(
        plain(width=models.IntegerField(null=True)),
        declare(tall(f"SELECT id, width AS height FROM {TABLE}"), View("tree_count", "SELECT 1 AS n")),
    )
    story.becomes(plain(width=models.IntegerField(null=True)), declare(tall(f"SELECT width FROM {TABLE}")))
    wanted = definition()
    operations = [each for migration, _ in story.done for each in migration.operations]
    while story.done:
        story.undo()

    squashed: Any = Migration("squashed", "testapp")
    squashed.operations = MigrationOptimizer().optimize(operations, "testapp")
    with connection.schema_editor() as editor:
        squashed.apply(ProjectState(), editor)

    assert len(squashed.operations) < len(operations)
    assert definition() == wanted
    assert select("SELECT to_regclass('tree_count')") is None


def test_view_that_is_there_already_is_not_taken_over() -> None:
    execute("CREATE VIEW tall_trees AS SELECT 1 AS id")

    with pytest.raises(DatabaseError, match="already exists"), transaction.atomic():
        DeclaredStory(trees(), declare(tall()))


def test_column_that_a_view_reads_is_not_taken_from_under_it() -> None:
    story = DeclaredStory(trees(), declare(tall()))

    with (
        pytest.raises(RuleBroken, match='tall_trees would be dropped with the column "height"'),
        transaction.atomic(),
    ):
        story.becomes(plain(), declare(tall()))

    with pytest.raises(RuleBroken, match="tall_trees would be dropped with the table"), transaction.atomic():
        story.becomes(declare(tall()))
    assert "height > 10" in definition()


def test_declarations_that_can_not_be_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="declares 'tall_trees' already"):
        declare(tall(), tall())()
    with pytest.raises(ConfigurationError, match="can not be read"):
        tall("sql/nothing.sql").resolved("testapp")
    with pytest.raises(ConfigurationError, match="returns a queryset; it returns 3"):
        View("tall_trees", lambda: 3).resolved("testapp")  # type: ignore[arg-type,return-value]


def test_view_reads_what_a_pattern_puts_beside_its_table() -> None:
    deletable = tree(patterns.SoftDeleteModel, height=models.IntegerField(null=True))
    query = f"SELECT count(*) AS n FROM {TABLE}_active"
    story = DeclaredStory(deletable, declare(View("alive_trees", query)))

    assert kinds(list(story.done[0][0].operations))[-1] == "CreateObject"
    assert select("SELECT n FROM alive_trees") == 0
    story.undo()
