"""Generated columns, whosever they are, follow what they are made from, and change with what uses them."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, models
from django.db.models import F, Value
from django.db.models.functions import Concat, Upper

from tests.audit.tools import execute, select
from tests.schema.story import Story
from tests.schema.test_free_objects_domains import plain

pytestmark = pytest.mark.django_db
TABLE = "testapp_tree"


def loud(expression: Any = None, **options: Any) -> Any:
    return models.GeneratedField(
        expression=expression or Upper("name"), output_field=models.TextField(), db_persist=True, **options
    )


def name(length: int = 9, **options: Any) -> Any:
    return models.CharField(max_length=length, **options)


def kept() -> Any:
    """What belongs to the column: its constraints, indexes, comment and rights."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname::text, contype::text FROM pg_constraint "
            "WHERE conrelid = %s::regclass AND contype <> 'n' UNION ALL "
            "SELECT indexname::text, indexdef FROM pg_indexes WHERE tablename = %s UNION ALL "
            "SELECT coalesce(col_description(attrelid, attnum), ''), coalesce(attacl::text, '') "
            "FROM pg_attribute WHERE attrelid = %s::regclass AND attname = 'loud' ORDER BY 1, 2",
            [TABLE] * 3,
        )
        return cursor.fetchall()


@pytest.fixture
def story() -> Story:
    made = Story(plain(name=name(), loud=loud(unique=True, db_comment="it's loud")))
    for statement in (
        f"INSERT INTO {TABLE} (name) VALUES ('oak')",
        f"ALTER TABLE {TABLE} ADD CONSTRAINT tree_loud CHECK (loud <> name)",
        f"CREATE INDEX tree_lower ON {TABLE} (lower(loud)) WHERE loud > ''",
        f"CREATE INDEX tree_both ON {TABLE} (name, loud)",
        "COMMENT ON INDEX tree_both IS 'both'",
        f"CREATE VIEW tree_view AS SELECT loud FROM {TABLE}",
        f"GRANT SELECT (loud) ON {TABLE} TO PUBLIC",
    ):
        execute(statement)
    return made


def test_what_a_column_is_made_from_gets_another_type(story: Story) -> None:
    before = kept()

    story.becomes(plain(name=name(99), loud=loud(unique=True, db_comment="it's loud")))

    assert select("SELECT loud FROM tree_view") == "OAK"
    assert kept() == before
    assert select("SELECT obj_description('tree_both'::regclass)") == "both"
    story.undo()
    assert kept() == before


def test_a_column_is_made_in_another_way(story: Story) -> None:
    before = kept()

    story.becomes(
        plain(name=name(), loud=loud(Concat("name", Value("!")), unique=True, db_comment="it's loud"))
    )

    assert select("SELECT loud FROM tree_view") == "oak!"
    assert kept() == before
    story.undo()
    assert select("SELECT loud FROM tree_view") == "OAK"
    assert kept() == before


def test_a_parameter_of_the_expression_is_a_literal(story: Story) -> None:
    story.becomes(plain(name=name(), loud=loud(Concat("name", Value("100% o'%s")), unique=True)))

    assert select("SELECT loud FROM tree_view") == "oak100% o'%s"


def test_a_renamed_source_and_another_way_can_not_be_told_apart_on_the_way_back(story: Story) -> None:
    story.becomes(plain(title=name(), loud=loud(Upper("title"), unique=True, db_comment="it's loud")))

    assert select("SELECT loud FROM tree_view") == "OAK"
    with pytest.raises(ValueError, match="Rename fields in a migration of its own"):
        story.undo()


def test_values_of_a_column_that_is_not_generated_are_kept(story: Story) -> None:
    with pytest.raises(ValueError, match="Modifying GeneratedFields is not supported"):
        story.becomes(plain(name=loud(F("loud")), loud=loud()))


def test_columns_that_django_does_not_know_follow_too() -> None:
    story = Story(plain(name=name(5)))
    with connection.cursor() as cursor:
        version = cursor.connection.info.server_version
    for storage in ["STORED", *(["VIRTUAL"] if version >= 180_000 else [])]:
        column = f'{storage.lower()} text COLLATE "C"'
        execute(f"ALTER TABLE {TABLE} ADD COLUMN {column} GENERATED ALWAYS AS (name || '!') {storage}")
    execute(f"INSERT INTO {TABLE} (name) VALUES ('oak')")
    shown = (
        "SELECT array_agg(concat(attname, attgenerated, attcollation::regcollation) ORDER BY attname) "
        f"FROM pg_attribute WHERE attrelid = '{TABLE}'::regclass AND attgenerated <> ''"
    )
    before = select(shown)

    story.becomes(plain(name=name(50)))

    assert select(shown) == before
    assert select(f"SELECT stored FROM {TABLE}") == "oak!"
