"""makemigrations finds what the audit needs; migrate goes there and back, while old code goes on writing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import Q

from django_schemapatterns import models as patterns
from tests.audit.tools import entries, execute, last, operations, select
from tests.schema.story import Story, found, functions, state_of, triggers

pytestmark = pytest.mark.django_db

AUDITED = {"audit_insert", "audit_update", "audit_delete", "audit_truncate"}
TABLE = "testapp_tree"


def tree(*bases: Any, called: str = "Tree", audit: dict[str, Any] | None = None, **members: Any) -> Any:
    """Return a function that declares a model."""
    body = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "testapp"}), **members}
    if audit is not None:
        body["Audit"] = type("Audit", (), audit)
    return lambda: type(called, bases or (patterns.AuditedModel,), dict(body))


def name() -> Any:
    return models.CharField(max_length=20, default="")


def insert(column: str = "name") -> None:
    execute(f"INSERT INTO {TABLE} (\"{column}\") VALUES ('Oak')")


def kinds(operations: list[Any]) -> list[str]:
    return [type(operation).__name__ for operation in operations]


def test_new_model_gets_its_triggers_and_loses_them() -> None:
    story = Story(tree(name=name()))
    insert()
    assert (triggers(TABLE), operations(TABLE)) == (AUDITED, "I")

    story.undo()

    assert functions() == set()


def test_model_that_stays_changes_nothing() -> None:
    story = Story(tree(name=name()))

    assert story.becomes(tree(name=name())) == []


def test_field_moved_in_the_class_changes_nothing() -> None:
    story = Story(tree(name=name(), height=models.IntegerField(null=True)))

    assert story.becomes(tree(height=models.IntegerField(null=True), name=name())) == []


def test_existing_model_becomes_audited_and_plain_again() -> None:
    story = Story(tree(models.Model, name=name()))
    insert()

    added = story.becomes(tree(name=name()))
    insert()
    removed = story.becomes(tree(models.Model, name=name()))
    insert()

    assert set(kinds(added)) == {"AddTrigger"}
    assert set(kinds(removed)) == {"RemoveTrigger"}
    assert operations(TABLE) == "I"
    assert (triggers(TABLE), functions()) == (set(), set())


def test_added_field_is_logged_from_its_migration_on() -> None:
    story = Story(tree(name=name()))

    done = story.becomes(tree(name=name(), height=models.IntegerField(null=True)), between=insert)
    execute(f"UPDATE {TABLE} SET height = 3 WHERE id = (SELECT min(id) FROM {TABLE})")

    assert kinds(done)[0] == "AddField"
    assert set(kinds(done)[1:]) == {"AlterTrigger"}
    assert last(TABLE).changes == {"height": [None, 3]}
    assert len(entries(TABLE, operation="I")) == len(done)
    story.undo()
    insert()
    assert "height" not in last(TABLE).changes


def test_removed_field_never_fails_a_write() -> None:
    story = Story(tree(name=name(), height=models.IntegerField(null=True)))

    done = story.becomes(tree(name=name()), between=insert)

    assert "RemoveField" in kinds(done)
    assert len(entries(TABLE, operation="I")) == len(done)
    story.undo()
    execute(f"INSERT INTO {TABLE} (name, height) VALUES ('Oak', 3)")
    assert last(TABLE).changes["height"] == 3


def test_renamed_field_never_fails_a_write() -> None:
    story = Story(tree(name=name()))

    def write() -> None:
        execute(f"INSERT INTO {TABLE} VALUES (DEFAULT, 'Oak')")
        execute(f"UPDATE {TABLE} SET {column()} = 'Elm' WHERE id = (SELECT max(id) FROM {TABLE})")

    done = story.becomes(tree(title=name()), between=write)

    assert kinds(done)[0] == "RenameField"
    assert last(TABLE).changes == {"title": ["Oak", "Elm"]}
    assert len(entries(TABLE, operation="I")) == len(done)
    story.undo()
    insert()
    assert last(TABLE).changes["name"] == "Oak"


def column() -> str:
    with connection.cursor() as cursor:
        return str([field.name for field in connection.introspection.get_table_description(cursor, TABLE)][1])


def test_retyped_field_never_fails_a_write() -> None:
    story = Story(tree(name=name(), height=models.IntegerField(null=True)))

    story.becomes(
        tree(name=name(), height=models.DecimalField(max_digits=9, decimal_places=2, null=True)),
        between=insert,
    )
    execute(f"UPDATE {TABLE} SET height = 3.5 WHERE id = (SELECT min(id) FROM {TABLE})")

    assert str(last(TABLE).changes["height"][1]) == "3.50"
    story.undo()
    insert()


def test_renamed_table_is_audited_once_and_under_its_new_name() -> None:
    story = Story(tree(name=name()))
    moved = type("Meta", (), {"app_label": "testapp", "db_table": "wood"})

    story.becomes(tree(name=name(), Meta=moved))
    execute("INSERT INTO wood (name) VALUES ('Oak')")

    assert operations("wood") == "I"
    assert operations(TABLE) == ""
    assert triggers("wood") == AUDITED
    assert functions() == {f"{trigger}_wood" for trigger in AUDITED}
    story.undo()
    insert()
    assert operations(TABLE) == "I"
    assert functions() == {f"{trigger}_testapp_tree" for trigger in AUDITED}


def test_renamed_model_is_audited_once() -> None:
    story = Story(tree(name=name()))

    done = story.becomes(tree(name=name(), called="Wood"))
    execute("INSERT INTO testapp_wood (name) VALUES ('Oak')")

    assert kinds(done)[0] == "RenameModel"
    assert operations("testapp_wood") == "I"
    assert triggers("testapp_wood") == AUDITED
    assert len(functions()) == 4
    story.undo()
    insert()
    assert operations(TABLE) == "I"
    assert triggers(TABLE) == AUDITED


def test_deleted_model_leaves_nothing_behind() -> None:
    story = Story(tree(name=name()))

    story.becomes()

    assert functions() == set()
    story.undo()
    insert()
    assert operations(TABLE) == "I"


@pytest.mark.parametrize(
    "options",
    [{"exclude": ["name"]}, {"mask": ["name"]}, {"label": ["name"]}, {"condition": Q(name="Elm")}],
    ids=lambda options: next(iter(options)),
)
def test_changed_option_renews_the_triggers(options: dict[str, Any]) -> None:
    story = Story(tree(name=name()))
    insert()
    plain = last(TABLE)

    done = story.becomes(tree(name=name(), audit=options))
    insert()

    assert set(kinds(done)) == {"AlterTrigger"}
    newest = last(TABLE)
    assert newest.pk == plain.pk or (newest.changes.get("name"), newest.record_label) != ("Oak", None)
    story.undo()
    insert()
    assert last(TABLE).changes["name"] == "Oak"


def test_squashed_history_makes_the_same() -> None:
    story = Story(tree(name=name()))
    story.becomes(tree(name=name(), height=models.IntegerField(null=True)))
    story.becomes(tree(title=name(), height=models.IntegerField(null=True)))
    story.becomes(tree(title=name()))
    steps = [operation for migration, _ in story.done for operation in migration.operations]
    while story.done:
        story.undo()

    story.state = state_of()
    for operation in MigrationOptimizer().optimize(steps, "testapp"):
        story._apply(operation)
    insert("title")

    assert last(TABLE).changes["title"] == "Oak"
    assert found(story.state, state_of(tree(title=name()))) == []


def test_squashed_history_removes_and_renames_what_it_has_not_made_yet() -> None:
    def rules(suffix: str) -> type:
        return type(
            "Meta",
            (),
            {
                "app_label": "testapp",
                "constraints": [
                    models.UniqueConstraint(
                        fields=["name"], condition=Q(old=True), name=f"tree_{suffix}_some"
                    ),
                    models.UniqueConstraint(fields=["name", "old"], name=f"tree_{suffix}_all"),
                    models.CheckConstraint(condition=~Q(name="x"), name=f"tree_{suffix}_name"),
                ],
                "indexes": [models.Index(fields=["name"], name=f"tree_{suffix}_name")],
            },
        )

    def old() -> models.BooleanField[Any, Any]:
        return models.BooleanField(db_default=False)  # for which Django leaves constraints for the end

    story = Story(tree(name=name(), old=old(), Meta=rules("first")))
    first = [operation for migration, _ in story.done for operation in migration.operations]
    before, after = ProjectState(), state_of(tree(name=name(), old=old(), Meta=rules("last"), called="Wood"))
    steps = [*first, *(each for migration in story.find(after) for each in migration.operations)]
    story.undo()

    migration: Any = Migration("squashed", "testapp")
    migration.operations = steps
    with connection.schema_editor() as editor:
        migration.apply(before, editor)

    names = select("SELECT array_agg(indexname ORDER BY 1)::text FROM pg_indexes WHERE indexname ~ '^tree_'")
    assert names == "{tree_last_all,tree_last_name,tree_last_some}"
    made = "SELECT array_agg(conname)::text FROM pg_constraint WHERE contype = 'c' AND conname ~ '^tree_'"
    assert select(made) == "{tree_last_name}"


def test_migration_can_be_written_and_read() -> None:
    [migration] = found(
        state_of(), state_of(tree(name=name(), audit={"mask": ["name"], "condition": Q(name="x")}))
    )

    text = MigrationWriter(migration).as_string()
    read: dict[str, Any] = {}
    exec(compile(text, "0001_initial.py", "exec"), read)

    assert "django_schemapatterns.operations.CompiledAuditTrigger(" in text
    assert "SELECT" not in text
    assert added(read["Migration"].operations) == added(migration.operations)


def added(operations: Sequence[Any]) -> list[Any]:
    return [each.trigger for each in operations if type(each).__name__ == "AddTrigger"]


def test_migration_waits_for_ours() -> None:
    [migration] = found(state_of(), state_of(tree(name=name())))

    assert ("schemapatterns", "__first__") in migration.dependencies
