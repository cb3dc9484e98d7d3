"""makemigrations finds what soft deletes need; migrate goes there and back, over tables with data."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.postgres.fields import RangeOperators
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.db.models.functions import Lower

from django_schemapatterns import models as patterns
from django_schemapatterns.constraints import ExcludeAlive, UniqueAlive
from django_schemapatterns.schema.attach import add_triggers
from django_schemapatterns.softdelete.objects import reference_triggers
from tests.schema.story import Story, found, functions, state_of
from tests.softdelete.tools import execute, refused, select

pytestmark = pytest.mark.django_db

Declare = Callable[[], Any]


def tree(*bases: Any, called: str = "Tree", meta: dict[str, Any] | None = None, **members: Any) -> Declare:
    """Return a function that declares a model, with what its foreign keys add."""

    def declare() -> Any:
        options = type("Meta", (), {"app_label": "testapp", **(meta or {})})
        fields = {name: member() if callable(member) else member for name, member in members.items()}
        body = {"__module__": __name__, "Meta": options, **fields}
        model: Any = type(called, bases or (patterns.SoftDeleteModel,), body)
        add_triggers(model, reference_triggers(model))
        return model

    return declare


def text() -> Any:
    return models.CharField(max_length=20, default="")


def of_tree(**options: Any) -> Callable[[], Any]:
    return lambda: models.ForeignKey("testapp.Tree", models.CASCADE, null=True, **options)


def leaf(*bases: Any, **members: Any) -> Declare:
    return tree(*bases, called="WoodLeaf", **({"tree": of_tree()} | members))


def views() -> dict[str, list[str]]:
    """The columns of the views of these stories."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, array_agg(attname::text ORDER BY attnum) FROM pg_class "
            "JOIN pg_attribute ON attrelid = pg_class.oid "
            "WHERE relkind = 'v' AND relname ~ 'testapp_(tree|wood)' GROUP BY 1"
        )
        return dict(cursor.fetchall())


def alive(table: str = "testapp_tree") -> int:
    return int(select(f'SELECT count(*) FROM "{table}" WHERE deleted_at IS NULL'))


def run(sql: str) -> None:
    """Run a statement as a transaction of its own would: what waits for its end is done."""
    execute(sql)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("SET CONSTRAINTS ALL DEFERRED")


def plant(table: str = "testapp_tree") -> None:
    columns = "(name) VALUES ('Oak')" if table.endswith("tree") else "DEFAULT VALUES"
    run(f"INSERT INTO {table} {columns}")


def grow(leaves: str = "testapp_woodleaf", column: str = "tree_id", trees: str = "testapp_tree") -> None:
    run(f"INSERT INTO {leaves} ({column}) SELECT id FROM {trees}")


def test_a_table_with_data_learns_it_and_forgets_it() -> None:
    story = Story(tree(models.Model, name=text()), leaf(models.Model))
    run("INSERT INTO testapp_tree (name) SELECT 'Oak' FROM generate_series(1, 100)")
    grow()
    file = "SELECT pg_relation_filenode('testapp_tree')"
    before = select(file)

    story.becomes(tree(name=text()), leaf())
    assert (select(file), alive(), alive("testapp_woodleaf")) == (before, 100, 100)
    run("DELETE FROM testapp_tree WHERE mod(id, 2) = 0")
    assert (alive(), alive("testapp_woodleaf")) == (50, 50)

    story.undo()
    assert select("SELECT count(*) FROM testapp_tree") == 100
    assert (functions(), views()) == (set(), {})
    assert not select(
        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'testapp_tree'::regclass AND tgname ~ 'soft'"
    )


def test_it_takes_no_statement_that_reads_the_whole_table() -> None:
    old = state_of(tree(models.Model, name=text()), leaf(models.Model))
    new = state_of(tree(name=text()), leaf())

    statements: list[str] = []
    for migration in found(old, new):
        with connection.schema_editor(collect_sql=True) as editor:
            migration.apply(old.clone(), editor, collect_sql=True)
        statements += editor.collected_sql

    altering = [each for each in statements if "ALTER TABLE" in each]
    assert altering
    assert all("ADD COLUMN" in each and "NULL" in each and "DEFAULT" not in each for each in altering)
    assert not any(each.startswith(("CREATE INDEX", "CREATE UNIQUE", "UPDATE")) for each in statements)


def test_a_model_that_stays_changes_nothing() -> None:
    story = Story(tree(name=text()), leaf())

    assert story.becomes(tree(name=text()), leaf()) == []


def test_what_makemigrations_writes_can_be_read() -> None:
    for migration in found(state_of(), state_of(tree(name=text()), leaf())):
        migration.name = "0001_test"
        exec(compile(MigrationWriter(migration).as_string(), "0001_test.py", "exec"), {})


def test_views_follow_the_columns_there_and_back() -> None:
    states: list[dict[str, Any]] = [
        {"name": text()},
        {"name": text(), "height": models.IntegerField(null=True)},
        {"label": text(), "height": models.IntegerField(null=True)},
        {"label": models.TextField(default=""), "height": models.BigIntegerField(null=True)},
        {"label": models.TextField(default="")},
    ]
    story = Story(tree(**states[0]))
    seen = [views()]
    for state in states[1:]:
        story.becomes(tree(**state))
        seen.append(views())

    assert [sorted(each["testapp_tree_active"]) for each in seen] == [
        ["id", "name"],
        ["height", "id", "name"],
        ["height", "id", "label"],
        ["height", "id", "label"],
        ["id", "label"],
    ]
    assert all({"deleted_at", "deletion_id"} <= {*each["testapp_tree_deleted"]} for each in seen)
    for expected in reversed(seen[:-1]):
        story.undo()
        assert views() == expected
    story.undo()
    assert (views(), functions()) == ({}, set())


def test_views_read_with_the_rights_of_whoever_asks_and_can_be_written_through() -> None:
    story = Story(tree(name=text()))
    story.becomes(tree(name=text(), height=models.IntegerField(null=True)))
    options = (
        "SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = 'testapp_tree_active'::regclass"
    )

    assert select(options) == "security_invoker=true"
    assert select("INSERT INTO testapp_tree_active (name) VALUES ('Oak') RETURNING name") == "Oak"
    run("UPDATE testapp_tree_active SET name = 'Elm'")
    run("DELETE FROM testapp_tree_active")
    assert select("SELECT count(*) FROM testapp_tree_active") == 0
    assert select("SELECT name FROM testapp_tree_deleted") == "Elm"


def test_a_renamed_model_and_table_keep_their_rules() -> None:
    story = Story(tree(name=text()), leaf())
    plant()
    grow()

    story.becomes(
        tree(called="BigTree", name=text()),
        leaf(tree=lambda: models.ForeignKey("testapp.BigTree", models.CASCADE, null=True)),
    )
    run("DELETE FROM testapp_bigtree")
    assert alive("testapp_woodleaf") == 0

    story.becomes(
        tree(called="BigTree", name=text(), meta={"db_table": "tree table"}),
        leaf(tree=lambda: models.ForeignKey("testapp.BigTree", models.CASCADE, null=True)),
    )
    run('UPDATE "tree table" SET deleted_at = NULL')
    assert alive("testapp_woodleaf") == 1
    assert sum(name.startswith("cascade") for name in functions()) == 1
    for _ in range(2):
        story.undo()
    run("DELETE FROM testapp_tree")
    assert alive("testapp_woodleaf") == 0


def test_a_renamed_foreign_key_keeps_its_rules() -> None:
    story = Story(tree(name=text()), leaf())
    plant()
    grow()

    story.becomes(tree(name=text()), tree(called="WoodLeaf", plant=of_tree()))
    run("DELETE FROM testapp_tree")

    assert alive("testapp_woodleaf") == 0
    with refused("23503"):
        grow(column="plant_id")
    assert sum(name.startswith("cascade") for name in functions()) == 1


def test_a_foreign_key_that_comes_later_is_another_parent() -> None:
    story = Story(tree(name=text()), tree(called="Wood"), leaf())
    plant()
    plant("testapp_wood")

    wood = lambda: models.ForeignKey("testapp.Wood", models.CASCADE, null=True)  # noqa: E731
    story.becomes(tree(name=text()), tree(called="Wood"), leaf(wood=wood))
    both = "SELECT tree.id, wood.id FROM testapp_tree AS tree, testapp_wood AS wood"
    run(f"INSERT INTO testapp_woodleaf (tree_id, wood_id) {both}")
    run("DELETE FROM testapp_tree")
    run("DELETE FROM testapp_wood")
    run("UPDATE testapp_tree SET deleted_at = NULL")
    assert alive("testapp_woodleaf") == 0
    run("UPDATE testapp_wood SET deleted_at = NULL")
    assert alive("testapp_woodleaf") == 1

    story.undo()
    run("DELETE FROM testapp_tree")
    assert alive("testapp_woodleaf") == 0


def test_a_rule_that_changes_is_the_new_one() -> None:
    story = Story(tree(name=text()), leaf())
    plant()
    grow()

    protected = lambda: models.ForeignKey("testapp.Tree", models.PROTECT, null=True)  # noqa: E731
    story.becomes(tree(name=text()), leaf(tree=protected))

    with refused("23001"):
        run("DELETE FROM testapp_tree")
    assert not any(name.startswith("cascade") for name in functions())


def test_rules_without_fields_outlive_a_field_whose_name_alone_changes() -> None:
    def rules(field: str) -> dict[str, Any]:
        overlap = [(field, RangeOperators.EQUAL)]
        return {
            "constraints": [
                UniqueAlive(Lower(field), name="lower_alive"),
                UniqueAlive(field, name="plain_alive"),
                ExcludeAlive(name="excluded_alive", expressions=overlap, index_type="SPGIST"),
                models.CheckConstraint(condition=~models.Q(**{field: "Elm"}), name="no_elm"),
            ]
        }

    def named() -> Any:
        return models.CharField(max_length=20, default="", db_column="name")

    def more() -> Any:
        return models.IntegerField(null=True)

    story = Story(tree(title=named, meta=rules("title")))
    plant()

    story.becomes(tree(label=named, height=more, meta=rules("label")))

    assert views()["testapp_tree_active"] == ["id", "name", "height"]
    with refused("23505", match="lower_alive"):
        run("INSERT INTO testapp_tree (name) VALUES ('OAK')")
    with refused("23514"):
        run("INSERT INTO testapp_tree (name) VALUES ('Elm')")
    story.undo()
    assert views()["testapp_tree_active"] == ["id", "name"]
    with refused("23505", match="lower_alive"):
        run("INSERT INTO testapp_tree (name) VALUES ('OAK')")


def test_a_model_that_is_deleted_leaves_nothing_behind() -> None:
    story = Story(tree(name=text()), leaf())

    story.becomes(tree(name=text()))
    assert not any("leaf" in name for name in functions())
    plant()
    run("DELETE FROM testapp_tree")
    story.becomes()

    assert (functions(), views()) == (set(), {})
    story.undo()
    story.undo()
    plant()
    grow()
    run("DELETE FROM testapp_tree")
    assert alive("testapp_woodleaf") == 0


def test_a_unique_rule_comes_and_goes() -> None:
    story = Story(tree(name=text()))
    for _ in range(2):
        plant()
        run("DELETE FROM testapp_tree")

    story.becomes(tree(name=text(), meta={"constraints": [UniqueAlive("name")]}))

    plant()
    with refused("23505"):
        plant()
    story.undo()
    plant()


def test_a_table_in_another_schema() -> None:
    run("CREATE SCHEMA woods")
    story = Story(
        tree(name=text(), meta={"db_table": '"woods"."Tree top"'}),
        leaf(meta={"db_table": '"woods"."leaf"'}),
    )
    run("INSERT INTO woods.\"Tree top\" (name) VALUES ('Oak')")
    grow("woods.leaf", trees='woods."Tree top"')

    assert (
        select('SELECT schemapatterns.soft_delete(\'woods."Tree top"\', (SELECT id FROM woods."Tree top"))')
        == 2
    )
    assert select('SELECT count(*) FROM woods."Tree top_active"') == 0
    with refused("23503"):
        grow("woods.leaf", trees='woods."Tree top"')
    execute("SET LOCAL search_path = ''")
    assert (
        select(
            'SELECT schemapatterns.restore_deleted(\'woods."Tree top"\', (SELECT id FROM woods."Tree top"))'
        )
        == 2
    )
    assert (
        select('SELECT schemapatterns.hard_delete(\'woods."Tree top"\', (SELECT id FROM woods."Tree top"))')
        == 2
    )
    execute("SET LOCAL search_path = public")
    story.undo()
    assert functions() == set()


def test_a_million_rows_are_neither_read_nor_rewritten() -> None:
    story = Story(tree(models.Model, name=text()), leaf(models.Model))
    run("INSERT INTO testapp_tree (name) SELECT 'Oak' FROM generate_series(1, 1000000)")
    run("INSERT INTO testapp_woodleaf (tree_id) SELECT id FROM testapp_tree WHERE mod(id, 10) = 0")
    files = "SELECT pg_relation_filenode('testapp_tree'), pg_relation_filenode('testapp_woodleaf')"
    seen = "SELECT sum(seq_tup_read + n_tup_upd) FROM pg_stat_xact_user_tables WHERE relname ~ 'testapp_'"
    before, counted = select(f"SELECT ARRAY[pair::text] FROM ({files}) AS pair"), select(seen)

    story.becomes(tree(name=text()), leaf())

    assert select(f"SELECT ARRAY[pair::text] FROM ({files}) AS pair") == before
    assert select(seen) == counted
