"""makemigrations finds what the times need; migrate goes there and back, over tables with data."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.db.models.functions import Now, Upper

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.timestamps.checks import check_timestamps_database
from tests.schema.story import Story, triggers
from tests.softdelete.tools import execute, select
from tests.timestamps.app.models import Page

pytestmark = pytest.mark.django_db

TABLE = "testapp_tree"


def tree(*bases: Any, **members: Any) -> Any:
    """Return a function that declares a model."""

    def declare() -> Any:
        body = {name: member() for name, member in members.items()}
        meta = type("Meta", (), {"app_label": "testapp"})
        return type("Tree", bases or (models.Model,), {"__module__": __name__, "Meta": meta, **body})

    return declare


def text() -> Any:
    return models.CharField(max_length=20, default="oak")


def loud() -> Any:
    return models.GeneratedField(
        expression=Upper("name"), output_field=models.CharField(max_length=20), db_persist=True
    )


def plant() -> None:
    execute(f"INSERT INTO {TABLE} (name) VALUES ('Oak')")


def is_kept(change: str = "name = name || '!'", column: str = "updated_at") -> bool:
    """Tell whether a change is noted, and none is not."""
    before = select(f"SELECT {column} FROM {TABLE}")
    execute(f"UPDATE {TABLE} SET id = id")
    unchanged = select(f"SELECT {column} FROM {TABLE}")
    execute(f"UPDATE {TABLE} SET {change}")
    return bool(before == unchanged < select(f"SELECT {column} FROM {TABLE}"))


def test_a_table_with_rows_gets_times_and_loses_them_again() -> None:
    story = Story(tree(name=text))
    plant()

    story.becomes(tree(patterns.TimestampedModel, name=text))

    assert select(f"SELECT count(*) FROM {TABLE} WHERE created_at > now() AND updated_at > now()") == 1
    assert is_kept()
    story.undo()
    assert triggers(TABLE) == set()
    execute(f"UPDATE {TABLE} SET name = 'still there'")


def test_columns_that_save_kept_become_ours_without_a_change_of_theirs() -> None:
    story = Story(
        tree(
            name=text,
            created_at=lambda: models.DateTimeField(db_default=Now(), editable=False),
            updated_at=lambda: models.DateTimeField(db_default=Now(), auto_now=True, editable=False),
        )
    )
    plant()
    file = select(f"SELECT pg_relation_filenode('{TABLE}')")

    story.becomes(tree(patterns.TimestampedModel, name=text))

    assert select(f"SELECT pg_relation_filenode('{TABLE}')") == file
    assert is_kept()
    story.undo()
    assert not is_kept()


def test_columns_that_python_filled_get_a_default() -> None:
    story = Story(
        tree(
            name=text,
            created_at=lambda: models.DateTimeField(auto_now_add=True),
            updated_at=lambda: models.DateTimeField(auto_now=True),
        )
    )

    story.becomes(tree(patterns.TimestampedModel, name=text))

    plant()
    assert is_kept()


def test_fields_come_and_go_beside_the_times() -> None:
    story = Story(tree(patterns.TimestampedModel, name=text))
    plant()

    story.becomes(tree(patterns.TimestampedModel, name=text, other=text))
    assert is_kept("other = 'new'")
    story.becomes(tree(patterns.TimestampedModel, name=text))
    assert is_kept()
    story.undo()
    assert is_kept("other = 'newer'")
    story.undo()
    assert is_kept()


def test_a_column_may_change_its_type() -> None:
    story = Story(tree(patterns.TimestampedModel, name=text))
    plant()

    story.becomes(tree(patterns.TimestampedModel, name=models.TextField))

    assert is_kept()


def test_generated_columns_come_and_go_beside_the_times() -> None:
    story = Story(tree(patterns.TimestampedModel, name=text))
    plant()

    story.becomes(tree(patterns.TimestampedModel, name=text, loud=loud))
    assert is_kept()
    story.becomes(tree(patterns.TimestampedModel, name=text))
    assert is_kept()
    story.undo()
    assert is_kept()
    story.undo()
    assert is_kept()


def test_the_column_may_be_renamed() -> None:
    story = Story(tree(name=text, changed=fields.UpdatedAtField, loud=loud))
    plant()
    assert is_kept(column="changed")

    story.becomes(tree(name=text, modified=fields.UpdatedAtField, loud=loud))
    assert is_kept(column="modified")
    story.undo()
    assert is_kept(column="changed")


def test_makemigrations_has_found_everything() -> None:
    declare = tree(patterns.TimestampedModel, name=text, loud=loud)

    assert Story(declare).becomes(declare) == []
    call_command("makemigrations", "timetests", check=True, dry_run=True, verbosity=0)


@pytest.mark.parametrize("field", [fields.CreatedAtField("made"), fields.UpdatedAtField(db_column="late")])
def test_fields_can_be_written_into_migrations(field: Any) -> None:
    text, imports = MigrationWriter.serialize(field)
    scope: dict[str, Any] = {}

    exec("\n".join(imports), scope)
    again = eval(text, scope)

    assert again.deconstruct()[1:] == field.deconstruct()[1:]
    assert "default" not in text
    assert not again.editable


def test_what_the_field_decides_is_not_to_be_given() -> None:
    with pytest.raises(TypeError, match="editable"):
        fields.UpdatedAtField(editable=True)


def ids() -> list[str]:
    return [str(message.id) for message in check_timestamps_database(["default"]) if message.obj is Page]


def test_the_check_finds_triggers_that_do_not_keep_the_time() -> None:
    trigger = select(
        "SELECT tgname FROM pg_trigger WHERE tgname ~ 'touch' AND tgrelid = 'timetests_page'::regclass"
    )
    quoted = connection.ops.quote_name(trigger)
    assert ids() == []

    execute(f"ALTER TABLE timetests_page DISABLE TRIGGER {quoted}")
    assert ids() == ["schemapatterns.W621"]
    execute(f"COMMENT ON TRIGGER {quoted} ON timetests_page IS 'another'")
    execute(f"ALTER TABLE timetests_page ENABLE TRIGGER {quoted}")
    assert ids() == ["schemapatterns.W622"]
    execute(f"DROP TRIGGER {quoted} ON timetests_page")
    assert ids() == ["schemapatterns.W620"]
    assert "schemapatterns.W620" in {message.id for message in run_checks(databases=["default"])}
