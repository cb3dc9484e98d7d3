"""Changes of models that are easily got wrong."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, models
from django.db.models import Q

from django_schemapatterns import audit, models as patterns
from tests.audit.tools import entries, execute, last, operations, select
from tests.schema.story import Story, functions, triggers
from tests.schema.test_migrations import AUDITED, TABLE, insert, kinds, name, tree

pytestmark = pytest.mark.django_db


def meta(**options: Any) -> Any:
    return type("Meta", (), {"app_label": "testapp", **options})


def test_renamed_model_that_keeps_its_table_is_audited_once() -> None:
    kept = meta(db_table="wood")
    story = Story(tree(name=name(), Meta=kept))

    story.becomes(tree(name=name(), Meta=kept, called="Grove"))
    execute("INSERT INTO wood (name) VALUES ('Oak')")

    assert operations("wood") == "I"
    assert triggers("wood") == AUDITED
    story.undo()
    execute("INSERT INTO wood (name) VALUES ('Elm')")
    assert operations("wood") == "II"
    assert triggers("wood") == AUDITED
    assert len(functions()) == 4


def test_renamed_model_and_table_and_field_at_once() -> None:
    story = Story(tree(name=name()))

    story.becomes(tree(title=name(), called="Wood", Meta=meta(db_table="old wood")))
    execute("INSERT INTO \"old wood\" (title) VALUES ('Oak')")
    execute("UPDATE \"old wood\" SET title = 'Elm'")

    assert [entry.changes["title"] for entry in entries("old wood")] == ["Oak", ["Oak", "Elm"]]
    story.undo()
    insert()
    assert operations(TABLE) == "I"
    assert triggers(TABLE) == AUDITED
    assert len(functions()) == 4


def test_renamed_key_never_fails_a_write() -> None:
    story = Story(tree(code=models.TextField(primary_key=True)))

    story.becomes(
        tree(number=models.TextField(primary_key=True)),
        between=lambda: execute(f"INSERT INTO {TABLE} SELECT gen_random_uuid()"),
    )
    execute(f"INSERT INTO {TABLE} (number) VALUES ('last')")

    assert last(TABLE).record_id == "last"
    story.undo()
    execute(f"INSERT INTO {TABLE} (code) VALUES ('first')")
    assert last(TABLE).record_id == "first"


def test_renamed_secret_shows_at_no_moment() -> None:
    story = Story(tree(name=name(), audit={"mask": ["name"]}))

    def write() -> None:
        execute(f"INSERT INTO {TABLE} VALUES (DEFAULT, 'hunter2')")
        execute(f"DELETE FROM {TABLE}")

    story.becomes(tree(title=name(), audit={"mask": ["title"]}), between=write)

    assert not [entry for entry in entries(TABLE) if "hunter2" in str(entry.changes)]


@pytest.mark.parametrize(
    "field",
    [
        models.JSONField(null=True),
        models.TextField(null=True),
        models.DurationField(null=True),
        models.DateTimeField(null=True),
        models.BooleanField(null=True),
    ],
    ids=lambda field: type(field).__name__,
)
def test_column_of_a_condition_can_be_retyped_and_removed(field: Any) -> None:
    story = Story(tree(name=name(), height=models.IntegerField(null=True), audit={"condition": Q(height=1)}))
    execute(f"INSERT INTO {TABLE} (name, height) VALUES ('Oak', 1)")

    story.becomes(tree(name=name(), audit={"condition": Q(name="Oak")}), between=insert)
    empty = {"condition": Q(height__isnull=True)}
    story.becomes(tree(name=name(), height=field, audit=empty), between=insert)
    story.becomes(tree(name=name()), between=insert)

    assert operations(TABLE).startswith("I")
    for _ in range(3):
        story.undo()
        insert()
    assert triggers(TABLE) == AUDITED


def test_field_that_becomes_a_foreign_key_and_back() -> None:
    story = Story(tree(name=name()))

    story.becomes(
        tree(name=name(), parent=models.ForeignKey("self", models.CASCADE, null=True)), between=insert
    )
    insert()
    execute(f"UPDATE {TABLE} SET parent_id = id")

    assert "parent_id" in last(TABLE).changes
    story.becomes(tree(name=name()), between=insert)
    insert()
    assert "parent_id" not in last(TABLE).changes


def test_registration_with_options_is_found_when_it_changes() -> None:
    def declare(**options: Any) -> Any:
        return lambda: audit.register(tree(models.Model, name=name())(), app_label="testapp", **options)

    story = Story(declare())
    assert story.becomes(declare()) == []

    done = story.becomes(declare(mask=["name"]))
    insert()

    assert set(kinds(done)) == {"AlterTrigger"}
    assert last(TABLE).changes["name"] == "********"


def test_child_of_two_tables_is_made_and_unmade() -> None:
    def declare(*fields: str) -> Any:
        def models_() -> None:
            base = tree(name=name())()
            type(
                "Wood",
                (base,),
                {"__module__": __name__, "Meta": meta(), **{field: name() for field in fields}},
            )

        return models_

    story = Story(declare("colour"))
    story.becomes(declare("colour", "age"))
    story.becomes(tree(name=name()))

    assert functions() == {f"{trigger}_testapp_tree" for trigger in AUDITED}
    story.undo()
    assert triggers("testapp_wood") == AUDITED


def test_user_s_own_triggers_stay_as_they_are() -> None:
    import pgtrigger

    def guarded(**fields: Any) -> Any:
        protect = [pgtrigger.Protect(name="protect", operation=pgtrigger.Delete)]
        return tree(**fields, Meta=meta(triggers=protect))

    story = Story(guarded(name=name()))
    done = story.becomes(guarded(name=name(), height=models.IntegerField(null=True)))

    assert triggers(TABLE) == {*AUDITED, "protect"}
    assert {each.trigger.name for each in done if hasattr(each, "trigger")} == {
        "audit_insert",
        "audit_update",
        "audit_delete",
    }


def test_base_class_that_comes_and_goes_audits_its_children() -> None:
    class Stamped(patterns.AuditedModel):
        stamp = models.TextField(default="")

        class Meta:
            abstract = True
            app_label = "testapp"

    story = Story(tree(models.Model, name=name()))
    story.becomes(tree(Stamped, name=name()))
    execute(f"INSERT INTO {TABLE} (name, stamp) VALUES ('Oak', 's')")

    assert last(TABLE).changes["stamp"] == "s"
    story.undo()
    assert triggers(TABLE) == set()


def test_long_names_of_models_and_tables_migrate_there_and_back() -> None:
    long = meta(db_table="tree" * 15)
    story = Story(tree(name=name(), called="Tree" * 20, Meta=long))
    execute(f"INSERT INTO {'tree' * 15} (name) VALUES ('Oak')")

    story.becomes(tree(name=name(), height=models.IntegerField(null=True), called="Tree" * 20, Meta=long))

    assert operations("tree" * 15) == "I"
    story.undo()
    story.undo()
    assert functions() == set()
    assert connection.introspection.table_names().count("tree" * 15) == 0


def test_table_that_is_the_same_in_other_quotes_is_not_renamed() -> None:
    story = Story(tree(models.Model, name=name(), Meta=meta(db_table='public"."wood')))

    story.becomes(tree(name=name(), Meta=meta(db_table='"public"."wood"')))

    assert select("SELECT count(*) FROM pg_tables WHERE tablename = 'wood'") == 1
