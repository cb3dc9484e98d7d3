"""makemigrations finds the vector and what changes it; migrate goes there and back, over tables with data."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.postgres import search
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.writer import MigrationWriter

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.search import SearchManager
from tests.audit.tools import entries, execute, select
from tests.schema.story import Story, found, state_of
from tests.schema.test_free_objects_domains import height

pytestmark = pytest.mark.django_db
TABLE = "testapp_tree"
INDEX = "testapp_tree_words"


def vector(*names: str, config: str = "english", **options: Any) -> Any:
    return fields.SearchVectorField(names or ["name"], config=config, **options)


def text(**options: Any) -> Any:
    return models.CharField(max_length=options.pop("max_length", 20), default="", **options)


def tree(*bases: Any, called: str = "Tree", meta: dict[str, Any] | None = None, **members: Any) -> Any:
    """Return a function that declares a searchable model."""
    body = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "testapp", **(meta or {})}),
        "name": text(),
        **members,
    }
    return lambda: type(called, bases or (patterns.SearchableModel,), dict(body))


def kinds(operations: list[Any]) -> list[str]:
    return [type(operation).__name__ for operation in operations]


def plant(name: str = "Running oaks", **values: Any) -> None:
    columns = {"name": name, **values}
    marks = ", ".join("%s" for _ in columns)
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {TABLE} ({', '.join(columns)}) VALUES ({marks})", list(columns.values()))


def words(column: str = "words", table: str = TABLE) -> Any:
    return select(f"SELECT {column}::text FROM {table}")


def indexes(table: str = TABLE) -> dict[str, str]:
    """The GIN indexes of a table: names and definitions."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = %s AND indexdef ~ 'gin'", [table]
        )
        return dict(cursor.fetchall())


def numbers() -> dict[str, int]:
    """The columns by their numbers, which a column that is made anew gets a new one of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, attnum FROM pg_attribute WHERE attrelid = to_regclass(%s) AND attnum > 0",
            [TABLE],
        )
        return dict(cursor.fetchall())


def test_a_new_model_is_searched_and_goes() -> None:
    story = Story(tree(words=vector(weights={"name": "A"})))
    plant()
    assert words() == "'oak':2A 'run':1A"
    assert list(indexes()) == [INDEX]
    assert story.becomes(tree(words=vector(weights={"name": "A"}))) == []

    story.undo()

    assert select("SELECT to_regclass(%s)", TABLE) is None


def test_the_function_is_there_before_the_table() -> None:
    (migration,) = found(state_of(), state_of(tree(words=vector())))
    assert ("schemapatterns", "__first__") in migration.dependencies
    old, new = state_of(tree()), state_of(tree(words=vector()))
    assert ("schemapatterns", "__first__") in found(old, new)[0].dependencies


def test_a_table_with_rows_becomes_searchable_and_stops() -> None:
    story = Story(tree(models.Model))
    plant()

    assert kinds(story.becomes(tree(words=vector()))) == ["AddField", "AddIndex"]
    assert (words(), list(indexes())) == ("'oak':2 'run':1", [INDEX])

    assert kinds(story.becomes(tree(models.Model))) == ["RemoveIndex", "RemoveField"]
    story.undo()
    assert (words(), list(indexes())) == ("'oak':2 'run':1", [INDEX])
    story.undo()
    assert indexes() == {}


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (vector(config="simple"), "'oaks':2 'running':1"),
        (vector(weights={"name": "B"}), "'oak':2B 'run':1B"),
        (vector("name", "kind"), "'oak':2 'run':1 'tall':3"),
        (vector(prefixes=True), "'oak':2 'oaks':4 'run':1 'running':3"),
    ],
)
def test_a_new_definition_is_worked_out_for_the_rows_there_are(new: Any, expected: str) -> None:
    story = Story(tree(kind=text(), words=vector()))
    plant(kind="tall")
    execute(f"COMMENT ON COLUMN {TABLE}.words IS 'it''s searched'")
    execute(f"GRANT SELECT (words) ON {TABLE} TO PUBLIC")
    execute(f"CREATE VIEW tree_words AS SELECT words FROM {TABLE}")
    execute(f"CREATE INDEX tree_long ON {TABLE} ((length(words)), id)")

    assert kinds(story.becomes(tree(kind=text(), words=new))) == ["AlterField"]

    assert (words(), words(table="tree_words")) == (expected, expected)
    kept = (
        "SELECT col_description(attrelid, attnum) || attacl::text FROM pg_attribute "
        f"WHERE attrelid = '{TABLE}'::regclass AND attname = 'words'"
    )
    assert select(kept) == "it's searched{=r/postgres}"
    assert list(indexes()) == [INDEX]
    assert select("SELECT count(*) FROM pg_indexes WHERE indexname = 'tree_long'") == 1
    story.undo()
    assert (words(), words(table="tree_words")) == ("'oak':2 'run':1", "'oak':2 'run':1")
    assert select(kept) == "it's searched{=r/postgres}"
    assert list(indexes()) == [INDEX]


@pytest.mark.parametrize(
    "new",
    [text(max_length=200), models.TextField(default=""), text(db_collation="C")],
    ids=["longer", "text", "collation"],
)
def test_what_is_searched_changes_its_type(new: Any) -> None:
    story = Story(tree(words=vector(weights={"name": "A"})))
    plant()

    assert kinds(story.becomes(tree(name=new, words=vector(weights={"name": "A"})))) == ["AlterField"]

    assert words() == "'oak':2A 'run':1A"
    assert list(indexes()) == [INDEX]
    execute(f"UPDATE {TABLE} SET name = 'elms'")
    assert words() == "'elm':1A"
    story.undo()
    assert (words(), list(indexes())) == ("'elm':1A", [INDEX])


def test_what_is_searched_becomes_another_kind_of_column() -> None:
    story = Story(tree(size=models.IntegerField(default=0), words=vector("name", "size")))
    plant(size=7)
    assert words() == "'7':3 'oak':2 'run':1"

    story.becomes(tree(size=height(default=0), words=vector("name", "size")))
    assert words() == "'7.00':3 'oak':2 'run':1"
    story.becomes(tree(size=text(), words=vector("name", "size")))
    execute(f"UPDATE {TABLE} SET size = '8'")
    assert words() == "'8':3 'oak':2 'run':1"

    story.undo()
    story.undo()
    assert words() == "'8':3 'oak':2 'run':1"


def test_a_text_becomes_a_list() -> None:
    story = Story(tree(words=vector()))
    execute("CREATE FUNCTION as_list(varchar) RETURNS text[] LANGUAGE sql IMMUTABLE RETURN ARRAY[$1]")
    execute("CREATE CAST (varchar AS text[]) WITH FUNCTION as_list(varchar) AS ASSIGNMENT")
    plant()
    before, after = (
        state_of(tree(words=vector())),
        state_of(tree(name=ArrayField(models.TextField(), default=list), words=vector())),
    )
    (migration,) = found(before, after)
    execute(f"ALTER TABLE {TABLE} ALTER COLUMN name DROP DEFAULT")

    with connection.schema_editor() as editor:
        migration.apply(before, editor)

    assert words() == "'oak':2 'run':1"
    execute(f"UPDATE {TABLE} SET name = ARRAY['elms', 'oak']")
    assert words() == "'elm':1 'oak':2"
    assert story.done


@pytest.mark.parametrize("column", [None, "Der Näme"])
def test_a_new_name_of_what_is_searched_costs_nothing(column: str | None) -> None:
    story = Story(
        tree(name=text(db_column=column), kind=text(), words=vector("name", "kind", weights={"name": "A"}))
    )
    before = numbers()

    operations = story.becomes(
        tree(name=None, title=text(db_column=column), kind=text(),
             words=vector("title", "kind", weights={"title": "A"}))
    )  # fmt: skip

    assert kinds(operations) == ["RenameField", "AlterField"]
    assert numbers()["words"] == before["words"]
    execute(f"INSERT INTO {TABLE} (\"{column or 'title'}\", kind) VALUES ('Running oaks', 'tall')")
    assert words() == "'oak':2A 'run':1A 'tall':3"
    story.undo()
    assert words() == "'oak':2A 'run':1A 'tall':3"
    assert numbers()["words"] == before["words"]


def test_a_new_name_and_another_definition_at_once() -> None:
    story = Story(tree(kind=text(), words=vector("name", "kind")))
    plant(kind="tall")

    operations = story.becomes(
        tree(name=None, title=text(), kind=text(), words=vector("kind", "title", config="simple"))
    )

    assert kinds(operations) == ["RenameField", "AlterField"]
    assert words() == "'oaks':3 'running':2 'tall':1"
    story.undo()
    assert words() == "'oak':2 'run':1 'tall':3"


def test_names_that_can_not_be_told_are_refused_with_the_way_out() -> None:
    story = Story(tree(words=vector()))
    plant()
    story.becomes(tree(name=None, title=text(), kind=text(), words=vector("title", "kind")))
    assert words() == "'oak':2 'run':1"

    with pytest.raises(ValueError, match="Rename fields in a migration of its own"):
        story.undo()


def test_another_name_of_the_vector_of_the_model_and_of_the_table() -> None:
    story = Story(tree(words=vector()))
    plant()

    assert "RenameField" in kinds(story.becomes(tree(found=vector())))
    assert (words("found"), list(indexes())) == ("'oak':2 'run':1", ["testapp_tree_found"])
    assert "RenameModel" in kinds(story.becomes(tree(called="Wood", found=vector())))
    assert list(indexes("testapp_wood")) == ["testapp_wood_found"]
    story.becomes(tree(called="Wood", found=vector(), meta={"db_table": "big wood"}))
    assert words("found", '"big wood"') == "'oak':2 'run':1"
    while len(story.done) > 1:
        story.undo()
    assert (words(), list(indexes())) == ("'oak':2 'run':1", [INDEX])


def test_what_is_searched_no_more_can_go_at_once() -> None:
    story = Story(tree(kind=text(), words=vector("name", "kind")))
    plant(kind="tall")

    assert kinds(story.becomes(tree(words=vector()))) == ["AlterField", "RemoveField"]

    assert (words(), list(indexes())) == ("'oak':2 'run':1", [INDEX])
    story.undo()
    execute(f"UPDATE {TABLE} SET kind = 'tall'")
    assert (words(), list(indexes())) == ("'oak':2 'run':1 'tall':3", [INDEX])


def test_a_generated_field_of_django_and_a_column_of_a_trigger_become_a_vector() -> None:
    generated = models.GeneratedField(
        expression=search.SearchVector("name", config="english"),
        output_field=search.SearchVectorField(),
        db_persist=True,
        null=True,
    )
    story = Story(tree(models.Model, words=search.SearchVectorField(null=True)))
    plant(words="by:1 trigger:2")

    assert kinds(story.becomes(tree(words=vector()))) == ["AlterField", "AddIndex"]
    assert words() == "'oak':2 'run':1"
    story.becomes(tree(words=generated))
    assert words() == "'oak':2 'run':1"
    story.becomes(tree(words=vector(config="simple")))
    assert words() == "'oaks':2 'running':1"

    story.undo()
    story.undo()
    assert words() == "'oak':2 'run':1"
    story.undo()
    assert words() == "'oak':2 'run':1"
    execute(f"UPDATE {TABLE} SET words = 'own'")


def test_columns_with_values_of_their_own_are_not_thrown_away() -> None:
    story = Story(tree(models.Model, words=models.TextField(default="")))

    with pytest.raises(ValueError, match="Modifying GeneratedFields is not supported"):
        story.becomes(tree(words=vector()))


def test_other_patterns_go_along_with_every_change(transactional_db: None) -> None:
    bases = (
        patterns.AuditedModel,
        patterns.SoftDeleteModel,
        patterns.TimestampedModel,
        patterns.SearchableModel,
    )
    story = Story(tree(*bases, words=vector()))
    made: Any = story.model()._base_manager.create(name="Running oaks")

    story.becomes(tree(*bases, name=text(max_length=200), words=vector(config="simple")))

    assert words(table=f"{TABLE}_active") == "'oaks':2 'running':1"
    execute(f"UPDATE {TABLE} SET name = 'elms'")
    (first, second) = entries(TABLE)
    assert "words" not in first.changes
    assert set(second.changes) == {"name", "updated_at"}
    assert made.pk
    while story.done:
        story.undo()


def test_every_child_has_an_index_whatever_its_meta_and_one_of_its_own_counts() -> None:
    def children() -> None:
        abstract = type("Meta", (), {"abstract": True})
        base: Any = type(
            "Base",
            (patterns.SearchableModel,),
            {"__module__": __name__, "Meta": abstract, "name": text(), "words": vector()},
        )
        tree(base, name=text())()
        own = [fields_index("words", condition=models.Q(name__gt=""), name="own")]
        tree(base, called="Wood", meta={"indexes": own})()

    Story(children)

    assert list(indexes()) == [INDEX]
    assert list(indexes("testapp_wood")) == ["own"]


def fields_index(*args: Any, **kwargs: Any) -> Any:
    from django_schemapatterns.indexes import SearchIndex

    return SearchIndex(*args, **kwargs)


def test_a_parents_table_is_searched_by_its_children() -> None:
    def family() -> None:
        parent: Any = tree(words=vector())()
        type("Wood", (parent,), {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "testapp"})})

    story = Story(family)
    wood: Any = story.model("Wood")
    manager: Any = SearchManager()
    manager.model = wood
    wood._base_manager.create(name="Running oaks")

    assert [row.name for row in manager.search("oak")] == ["Running oaks"]
    assert indexes("testapp_wood") == {}


def test_a_partitioned_table_keeps_its_indexes() -> None:
    story = Story(tree(words=vector()))
    execute(f"DROP TABLE {TABLE}")
    expression = "schemapatterns.search_vector(ARRAY['english'::regconfig], 'D', name::text)"
    execute(
        f"CREATE TABLE {TABLE} (id bigint, name varchar(20), words tsvector GENERATED ALWAYS AS "
        f"({expression}) STORED) PARTITION BY RANGE (id)"
    )
    execute(f"CREATE INDEX {INDEX} ON {TABLE} USING gin (words)")
    execute(f"CREATE TABLE tree_part PARTITION OF {TABLE} FOR VALUES FROM (0) TO (9)")
    plant(id=1)

    story.becomes(tree(words=vector(config="simple")))
    story.becomes(tree(name=text(max_length=99), words=vector(config="simple")))

    assert words() == "'oaks':2 'running':1"
    assert len(indexes("tree_part")) == 1
    assert select(f"SELECT bool_and(indisvalid) FROM pg_index WHERE indrelid = '{TABLE}'::regclass") is True


def test_migrations_can_be_read_and_squashed() -> None:
    story = Story(tree(words=vector()))
    story.becomes(tree(kind=text(), words=vector("name", "kind", weights={"name": "A"}, prefixes=True)))
    story.becomes(tree(name=None, title=text(), kind=text(), words=vector("title", "kind", config="simple")))
    for migration, _ in story.done:
        migration.name = "0001_test"
        exec(compile(MigrationWriter(migration).as_string(), "0001_test.py", "exec"), {})
    operations = [each for migration, _ in story.done for each in migration.operations]

    squashed = MigrationOptimizer().optimize(operations, "testapp")

    assert kinds(squashed) == ["CreateModel"]
    made = dict(squashed[0].fields)["words"]  # type: ignore[attr-defined]
    assert (made.fields, made.config, made.weights, made.prefixes) == (("title", "kind"), "simple", {}, False)


def test_the_sql_of_a_change_can_be_shown() -> None:
    old, new = state_of(tree(words=vector())), state_of(tree(words=vector(config="simple")))
    (migration,) = found(old, new)

    with connection.schema_editor(collect_sql=True) as editor:
        migration.apply(old, editor, collect_sql=True)

    shown = "\n".join(editor.collected_sql)
    assert 'DROP COLUMN "words"' in shown
    assert "GENERATED ALWAYS AS (schemapatterns.search_vector(ARRAY['simple'::regconfig], 'D'" in shown
