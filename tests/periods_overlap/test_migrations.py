"""makemigrations finds the rule and its changes; migrate goes there and back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.postgres.fields import DateRangeField, DateTimeRangeField
from django.db import connection, models
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.writer import MigrationWriter
from django.db.models import Deferrable, Q

from django_schemapatterns.constraints import NoOverlap
from django_schemapatterns.exceptions import ConfigurationError
from tests.schema.story import Story, found, state_of
from tests.softdelete.tools import execute, refused, select

pytestmark = pytest.mark.django_db

Declare = Callable[[], Any]
DAYS: dict[str, Any] = {"room": models.IntegerField, "start": models.DateField, "end": models.DateField}
BOOKED = "INSERT INTO testapp_tree (room, start, \"end\") VALUES (1, '2026-01-01', '2026-01-10')"


def tree(*rules: Any, called: str = "Tree", **fields: Any) -> Declare:
    """Return a function that declares a model; a rule is the arguments of NoOverlap, or a function."""

    def declare() -> Any:
        rule = [rule() for rule in rules]
        options = type("Meta", (), {"app_label": "testapp", "constraints": rule})
        members = {name: field() for name, field in fields.items()}
        return type(called, (models.Model,), {"__module__": __name__, "Meta": options, **members})

    return declare


def rule(*names: str, **options: Any) -> Callable[[], NoOverlap]:
    return lambda: NoOverlap(*(names or ("room", "start", "end")), **options)


def constraints(table: str = "testapp_tree") -> dict[str, str]:
    """The exclusions, temporal keys and checks of a table."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint "
            "WHERE conrelid = to_regclass(%s) AND contype IN ('x', 'c', 'u')",
            [table],
        )
        return dict(cursor.fetchall())


def test_the_rule_is_made_with_the_table_and_goes_with_it() -> None:
    story = Story(tree(rule(bounds="[]"), **DAYS))

    made = constraints()

    assert set(made) == {"testapp_tree_no_overlap", "testapp_tree_no_overlap_period"}
    assert "EXCLUDE USING gist (room WITH =, daterange(start, \"end\", '[]'::text) WITH &&)" in made.values()
    execute(BOOKED)
    with refused("23P01", "testapp_tree_no_overlap"):
        execute(BOOKED)
    story.undo()
    assert constraints() == {}


def test_the_rule_comes_to_a_table_and_goes_again() -> None:
    story = Story(tree(**DAYS))

    story.becomes(tree(rule(bounds="[]"), **DAYS))
    assert len(constraints()) == 2

    story.undo()
    assert constraints() == {}


def test_nothing_changes_when_nothing_changed() -> None:
    story = Story(tree(rule(condition=Q(room__gt=1), deferrable=Deferrable.DEFERRED), **DAYS))

    assert not story.becomes(tree(rule(condition=Q(room__gt=1), deferrable=Deferrable.DEFERRED), **DAYS))


def test_a_field_of_the_rule_is_renamed_and_the_rule_follows() -> None:
    story = Story(tree(rule(), **DAYS))
    execute(BOOKED)

    story.becomes(
        tree(
            rule("room", "first", "end"),
            room=models.IntegerField,
            first=models.DateField,
            end=models.DateField,
        )
    )

    assert "first" in constraints()["testapp_tree_no_overlap"]
    story.undo()
    assert "start" in constraints()["testapp_tree_no_overlap"]
    with refused("23P01"):
        execute(BOOKED)


def test_a_model_that_is_renamed_keeps_the_rule() -> None:
    story = Story(tree(rule(), **DAYS))
    execute(BOOKED)

    story.becomes(tree(rule(), called="Wood", **DAYS))

    assert set(constraints("testapp_wood")) == {"testapp_wood_no_overlap", "testapp_wood_no_overlap_period"}


def test_days_become_moments_while_rows_are_there() -> None:
    moments: dict[str, Any] = {**DAYS, "start": models.DateTimeField, "end": models.DateTimeField}
    story = Story(tree(rule(), **DAYS))
    execute(BOOKED)

    story.becomes(tree(rule(), **moments))

    assert "tstzrange(start" in constraints()["testapp_tree_no_overlap"]
    story.undo()
    assert "daterange(start" in constraints()["testapp_tree_no_overlap"]


def test_a_range_of_days_becomes_a_range_of_moments() -> None:
    story = Story(tree(rule("room", "during"), room=models.IntegerField, during=DateRangeField))

    operations = story.becomes(tree(rule("room", "during"), room=models.CharField, during=DateRangeField))

    assert [type(operation).__name__ for operation in operations] == ["AlterField"]
    again = state_of(tree(rule("room", "during"), room=models.CharField, during=DateTimeRangeField))
    (migration,) = found(story.state.clone(), again)
    assert [type(operation).__name__ for operation in migration.operations] == [
        "RemoveConstraint",
        "AlterField",
        "AddConstraint",
    ]


def test_a_field_that_goes_takes_the_rule_along_first() -> None:
    story = Story(tree(rule(), **DAYS))

    story.becomes(tree(room=models.IntegerField))

    assert constraints() == {}
    story.undo()
    assert len(constraints()) == 2


def test_columns_with_names_of_their_own() -> None:
    Story(
        tree(
            rule("room", "start", "end"),
            room=models.IntegerField,
            start=lambda: models.DateField(db_column="Erster Tag"),
            end=lambda: models.DateField(db_column="to the end", null=True),
        )
    )

    assert '"Erster Tag"' in constraints()["testapp_tree_no_overlap_period"]


def test_two_rules_of_one_table_and_long_names() -> None:
    Story(tree(rule(), rule("start", "end", name="n" * 80), **DAYS))

    names = sorted(constraints())
    assert len(names) == 4
    assert all(len(name.encode()) <= 63 for name in names)


def test_the_migration_is_short_and_reads_back() -> None:
    (migration,) = found(Story().state, state_of(tree(rule(bounds="[]"), **DAYS)))

    text = MigrationWriter(migration).as_string()

    assert "django_schemapatterns.constraints.NoOverlap(" in text
    scope: dict[str, Any] = {}
    exec(text, scope)
    (again,) = scope["Migration"].operations[0].options["constraints"]
    assert again.deconstruct()[2] == {
        "name": "testapp_tree_no_overlap",
        "fields": ("room", "start", "end"),
        "bounds": "[]",
        "kind": "daterange",
    }


def test_an_alias_of_a_clone_is_equal() -> None:
    one = NoOverlap("room", "start", "end", name="one")

    assert one == one.clone()
    assert hash(one) == hash(one.clone())
    assert one != NoOverlap("room", "start", "end", name="one", bounds="[]")


def test_a_missing_extension_is_named_with_the_next_step() -> None:
    execute("DROP EXTENSION btree_gist CASCADE")

    with pytest.raises(ConfigurationError, match=r"BtreeGistExtension\(\).*CREATE EXTENSION btree_gist"):
        Story(tree(rule(), **DAYS))


def test_without_keys_no_extension_is_needed() -> None:
    execute("DROP EXTENSION btree_gist CASCADE")

    Story(tree(rule("start", "end"), **DAYS))

    assert len(constraints()) == 2


def test_a_temporal_key_where_postgresql_has_them() -> None:
    Story(tree(rule("room", "during", native=True), room=models.IntegerField, during=DateTimeRangeField))

    definition = constraints()["testapp_tree_no_overlap"]
    has_them = int(select("SELECT current_setting('server_version_num')::int")) >= 180000
    assert ("WITHOUT OVERLAPS" in definition) is has_them
    insert = "INSERT INTO testapp_tree (room, during) VALUES (1, '[2026-01-01, 2026-01-10)')"
    execute(insert)
    with refused("23P01", "testapp_tree_no_overlap"):
        execute(insert)


def test_a_rule_that_may_wait_lets_rows_swap() -> None:
    Story(tree(rule(deferrable=Deferrable.IMMEDIATE), **DAYS))
    execute(BOOKED)
    execute(BOOKED.replace("01-01", "01-10").replace("-10')", "-20')"))

    execute('UPDATE testapp_tree SET start = start + 9, "end" = "end" + 9')

    assert select("SELECT count(*) FROM testapp_tree") == 2


def test_a_squash_leaves_one_operation() -> None:
    story = Story(tree(**DAYS))
    (create,) = story.done[0][0].operations
    (add,) = story.becomes(tree(rule(), **DAYS))

    (squashed,) = MigrationOptimizer().optimize([create, add], "testapp")

    state: Any = squashed
    (kept,) = state.options["constraints"]
    assert kept == add.constraint  # type: ignore[attr-defined]


def test_the_sql_is_told_without_a_look_at_the_database() -> None:
    execute("DROP EXTENSION btree_gist CASCADE")
    (migration,) = found(Story().state, state_of(tree(rule(), **DAYS)))

    with connection.schema_editor(collect_sql=True) as editor:
        migration.apply(Story().state, editor, collect_sql=True)

    told = " ".join(editor.collected_sql)
    assert "EXCLUDE USING GIST" in told
    assert "CHECK ((" in told


def test_rows_that_overlap_are_named_when_the_rule_comes() -> None:
    story = Story(tree(**DAYS))
    execute(BOOKED)
    execute(BOOKED)

    with refused("23P01", r"\(1, \[2026-01-01,2026-01-10\)\)"):
        story.becomes(tree(rule(), **DAYS))
