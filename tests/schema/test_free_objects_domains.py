"""makemigrations finds domains; migrate makes, changes and drops them, there and back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import Between, DomainField, Pattern
from django_schemapatterns.operations import CreateDomain
from tests.audit.tools import execute
from tests.schema.story import Story, found, state_of
from tests.schema.test_migrations import kinds, tree

pytestmark = pytest.mark.django_db
TABLE = "testapp_tree"


class HeightField(DomainField, models.DecimalField):  # type: ignore[type-arg]
    domain = "tree_height"
    sizes = {"max_digits": 5, "decimal_places": 2}
    rules = [Between(0, 100)]


def height(*rules: Any, base: Any = models.DecimalField, **options: Any) -> Any:
    body = {"domain": "tree_height", "rules": rules or (Between(0, 100),), "__module__": __name__}
    sizes = {"max_digits": 5, "decimal_places": 2} if base is models.DecimalField else {}
    return type("HeightField", (DomainField, base), {**body, "sizes": sizes})(null=True, **options)


def plain(**fields: Any) -> Any:
    return tree(models.Model, **fields)


def domains() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT typname, format_type(typbasetype, typtypmod) FROM pg_type "
            "WHERE typtype = 'd' AND typname ~ 'tree'"
        )
        return dict(cursor.fetchall())


def refuses(value: str, column: str = "height") -> bool:
    try:
        with transaction.atomic():
            execute(f"INSERT INTO {TABLE} ({column}) VALUES ({value})")
    except IntegrityError:
        return True
    return False


def test_domain_is_made_with_its_first_field_and_dropped_with_its_last() -> None:
    story = Story(plain(height=height()))
    assert kinds(list(story.done[0][0].operations)) == ["CreateDomain", "CreateModel"]
    assert domains() == {"tree_height": "numeric(5,2)"}
    assert refuses("101")

    gone = story.becomes(plain())

    assert kinds(gone) == ["RemoveField", "DropDomain"]
    assert domains() == {}
    story.undo()
    assert refuses("101")
    story.undo()
    assert domains() == {}


def test_domain_that_stays_changes_nothing() -> None:
    story = Story(plain(height=height()))

    assert story.becomes(plain(height=height())) == []
    added = story.becomes(plain(height=height(), width=height()))

    assert kinds(added) == ["AddField"]


def test_plain_field_gets_a_domain_and_loses_it_with_its_data() -> None:
    story = Story(plain(height=models.DecimalField(max_digits=5, decimal_places=2, null=True)))
    execute(f"INSERT INTO {TABLE} (height) VALUES (3.5)")

    assert kinds(story.becomes(plain(height=height()))) == ["CreateDomain", "AlterField"]
    assert refuses("-1")
    story.becomes(plain(height=models.IntegerField(null=True)))

    assert domains() == {}
    story.undo()
    story.undo()
    assert not refuses("-1")


def test_changed_rule_holds_at_once_and_is_proven_later() -> None:
    story = Story(plain(height=height()))
    execute(f"INSERT INTO {TABLE} (height) VALUES (3.5)")

    done = story.becomes(plain(height=height(Between(0, 50))))

    assert kinds(done) == ["AlterDomain", "ValidateDomain"]
    assert [kinds(list(migration.operations)) for migration, _ in story.done[1:]] == [
        ["AlterDomain"],
        ["ValidateDomain"],
    ]
    assert refuses("51")
    assert unproven() == []
    story.undo()
    story.undo()
    assert not refuses("51")


def unproven() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint JOIN pg_type ON pg_type.oid = contypid "
            "WHERE typname = 'tree_height' AND NOT convalidated"
        )
        return [name for (name,) in cursor.fetchall()]


def test_row_that_breaks_the_new_rule_stops_the_proof() -> None:
    story = Story(plain(height=height()))
    execute(f"INSERT INTO {TABLE} (height) VALUES (99)")

    with pytest.raises(DatabaseError, match='column "height" of table "testapp_tree"'), transaction.atomic():
        story.becomes(plain(height=height(Between(0, 50))))


def test_rule_that_goes_needs_no_proof() -> None:
    story = Story(plain(height=height(Between(0), Between(max=9, name="top"))))

    assert kinds(story.becomes(plain(height=height(Between(0))))) == ["AlterDomain"]
    assert not refuses("51")


@pytest.mark.parametrize("value", ["'{3,99}'", "'{3,51}'"])
def test_rule_of_a_domain_in_arrays_is_proven_too(value: str) -> None:
    from django.contrib.postgres.fields import ArrayField

    def heights(*rules: Any) -> Any:
        return plain(height=ArrayField(height(*rules), null=True))

    story = Story(heights())
    execute(f"INSERT INTO {TABLE} (height) VALUES ({value})")

    story.becomes(heights(Between(0, 99)))
    assert refuses("'{100}'")
    with pytest.raises(DatabaseError), transaction.atomic():
        story.becomes(heights(Between(0, 50)))


def test_changed_base_keeps_values_defaults_views_and_indexes() -> None:
    integer = height(base=models.IntegerField, db_default=7)
    story = Story(plain(height=integer))
    execute(f"INSERT INTO {TABLE} (height) VALUES (3)")
    execute(f"CREATE VIEW tree_view AS SELECT height FROM {TABLE} WHERE height > 2")
    execute(f"CREATE INDEX tree_index ON {TABLE} (height) WHERE height > 2")

    done = story.becomes(plain(height=height(base=models.BigIntegerField, db_default=7)))
    execute(f"INSERT INTO {TABLE} DEFAULT VALUES")

    assert kinds(done)[0] == "ReplaceDomain"
    assert domains() == {"tree_height": "bigint"}
    assert values("tree_view") == [3, 7]
    assert values("pg_indexes WHERE indexname = 'tree_index'", "count(*)") == [1]
    story.undo()
    assert domains() == {"tree_height": "integer"}


def values(relation: str, column: str = "height") -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {relation} ORDER BY 1")
        return [value for (value,) in cursor.fetchall()]


def test_renamed_domain_keeps_its_columns() -> None:
    story = Story(plain(height=height()))

    renamed = height(domain="tree_size")
    done = story.becomes(plain(height=renamed))

    assert kinds(done) == ["RenameType", "AlterField"]
    assert set(domains()) == {"tree_size"}
    story.undo()
    assert set(domains()) == {"tree_height"}


def test_same_type_that_is_there_is_taken_and_another_refused() -> None:
    execute("CREATE DOMAIN tree_height AS numeric(5,2) CONSTRAINT range CHECK (VALUE >= 0 AND VALUE <= 100)")

    Story(plain(height=height()))

    with pytest.raises(ConfigurationError, match="another type tree_height"), transaction.atomic():
        Story(tree(models.Model, height=height(Between(0, 7)), called="Wood"))


@pytest.mark.parametrize("name", ["date", "auth_user_groups"])
def test_name_of_another_thing_is_refused(name: str) -> None:
    execute("CREATE TABLE IF NOT EXISTS auth_user_groups ()")

    with pytest.raises(ConfigurationError, match=f"another type {name}"), transaction.atomic():
        Story(plain(height=height(domain=name)))


def test_two_meanings_of_one_name_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="declare it differently"):
        found(state_of(), state_of(plain(height=height(), width=height(Between(0, 7)))))


def test_migration_can_be_written_and_says_the_same() -> None:
    [migration] = found(state_of(), state_of(plain(height=HeightField(), name=CodeField())))

    text = MigrationWriter(migration).as_string()
    read: dict[str, Any] = {}
    exec(compile(text, "0001_initial.py", "exec"), read)
    again = [operation.deconstruct() for operation in read["Migration"].operations[:2]]

    assert again == [operation.deconstruct() for operation in migration.operations[:2]]
    assert "django_schemapatterns.operations.CreateDomain(" in text


class CodeField(DomainField, models.CharField):  # type: ignore[type-arg]
    domain = "tree_code"
    sizes = {"max_length": 9}
    rules = [Pattern("[A-Z]+")]


def test_squashed_history_makes_the_same() -> None:
    story = Story(plain(height=height()))
    story.becomes(plain(height=height(Between(0, 50)), name=CodeField()))
    story.becomes(plain(height=height(Between(0, 50))))
    steps = [operation for migration, _ in story.done for operation in migration.operations]

    squashed = MigrationOptimizer().optimize(steps, "testapp")

    assert kinds(squashed) == ["CreateDomain", "CreateModel"]
    assert squashed[0].rules["range"] == "VALUE >= 0 AND VALUE <= 50"  # type: ignore[attr-defined]


def graph_of(story: Story) -> MigrationGraph:
    graph = MigrationGraph()
    for number, (migration, _) in enumerate(story.done):
        graph.add_node(("testapp", str(number)), migration)
        if number:
            graph.add_dependency(migration, ("testapp", str(number)), ("testapp", str(number - 1)))
    return graph


def test_history_of_migrations_tells_what_is_made() -> None:
    story = Story(plain(height=height()))
    story.becomes(plain(height=height(Between(0, 50))))
    state = story.state

    detector = detect(state, state_of(plain(height=height(Between(0, 50)))), graph_of(story))
    changed = detect(state, state_of(plain(height=height(Between(0, 60)))), graph_of(story))

    assert detector == []
    assert kinds(changed) == ["AlterDomain", "ValidateDomain"]
    assert changed[0].old_rules == {"range": "VALUE >= 0 AND VALUE <= 50"}


def detect(old: ProjectState, new: ProjectState, graph: MigrationGraph) -> list[Any]:
    from django.core.management.commands import makemigrations

    detector: Any = makemigrations.Command.autodetector(old.clone(), new)
    migrations = detector._detect_changes(graph=graph).get("testapp", [])
    return [operation for migration in migrations for operation in migration.operations]


def test_names_that_no_type_can_have_are_refused() -> None:
    for name in ("", "a%b", 'a"b', "a[]", "ä" * 40):
        with pytest.raises(ConfigurationError, match="can not name a type"):
            CreateDomain(name, "text").declared.create_sql()
