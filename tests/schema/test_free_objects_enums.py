"""makemigrations finds enums; migrate makes, changes and drops them, there and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations import Migration, RunPython
from django.db.models import CheckConstraint, Index, Q

from django_schemapatterns.exceptions import ConfigurationError, RuleBroken
from django_schemapatterns.fields import EnumField
from django_schemapatterns.operations import AddEnumValue
from django_schemapatterns.schema.enums import Enum
from tests.audit.tools import execute
from tests.schema.story import Story, found, state_of
from tests.schema.test_free_objects_domains import plain, values
from tests.schema.test_migrations import kinds
from tests.schema.test_odd_migrations import meta

pytestmark = pytest.mark.django_db(transaction=True)
TABLE = "testapp_tree"


def season(*labels: str, **options: Any) -> Any:
    enum: Any = models.TextChoices("Season", [(label.upper(), label) for label in labels])  # type: ignore[call-overload]
    return EnumField(enum, type="tree_season", **{"null": True, **options})


@pytest.fixture
def stories() -> Iterator[list[Story]]:
    made: list[Story] = []
    yield made
    for story in made:
        while story.done:
            story.undo()
    assert labels() == []


def labels() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT enumlabel FROM pg_enum JOIN pg_type ON pg_type.oid = enumtypid "
            "WHERE typname ~ 'tree_season' ORDER BY enumsortorder"
        )
        return [label for (label,) in cursor.fetchall()]


def tell(stories: list[Story], *declarations: Any) -> Story:
    story = Story(*declarations)
    stories.append(story)
    return story


def insert(*names: str) -> None:
    for name in names:
        execute(f"INSERT INTO {TABLE} (season) VALUES (%s)", name)


def test_enum_is_made_with_its_first_field_and_dropped_with_its_last(stories: list[Story]) -> None:
    story = tell(stories, plain(season=season("spring", "fall")))
    assert kinds(list(story.done[0][0].operations)) == ["CreateEnum", "CreateModel"]
    assert labels() == ["spring", "fall"]
    assert story.becomes(plain(season=season("spring", "fall"))) == []

    assert kinds(story.becomes(plain())) == ["RemoveField", "DropEnum"]
    assert labels() == []


def test_added_labels_find_their_place(stories: list[Story]) -> None:
    story = tell(stories, plain(season=season("summer", "winter")))
    insert("winter", "summer")

    done = story.becomes(plain(season=season("spring", "summer", "fall", "winter", "never")))

    assert kinds(done) == ["AddEnumValue"] * 3
    assert labels() == ["spring", "summer", "fall", "winter", "never"]
    insert("never", "spring")
    assert values(TABLE, "season") == ["spring", "summer", "winter", "never"]
    execute(f"DELETE FROM {TABLE} WHERE season IN ('never', 'spring')")
    story.undo()
    assert labels() == ["summer", "winter"]
    assert values(TABLE, "season") == ["summer", "winter"]


def test_new_label_can_be_the_default_at_once(stories: list[Story]) -> None:
    story = tell(stories, plain(season=season("spring", db_default="spring")))

    done = story.becomes(plain(season=season("spring", "fall", db_default="fall")))
    execute(f"INSERT INTO {TABLE} DEFAULT VALUES")

    assert [kinds(list(migration.operations)) for migration, _ in story.done[1:]] == [
        ["AddEnumValue"],
        ["AlterField"],
    ]
    assert len(done) == 2
    assert values(TABLE, "season") == ["fall"]
    execute(f"DELETE FROM {TABLE}")


def test_label_used_in_its_own_migration_says_the_way_out(stories: list[Story]) -> None:
    tell(stories, plain(season=season("spring")))
    migration: Any = Migration("both", "testapp")
    use = RunPython(lambda apps, editor: insert("fall"))
    migration.operations = [AddEnumValue("tree_season", "fall"), use]

    with pytest.raises(DatabaseError) as caught, connection.schema_editor() as editor:
        migration.apply(stories[0].state.clone(), editor)

    assert "migration of its own" in caught.value.__notes__[0]
    assert labels() == ["spring"]


def test_renamed_label_is_renamed_in_its_rows(stories: list[Story]) -> None:
    story = tell(stories, plain(season=season("spring", "autum", db_default="autum")))
    insert("autum")

    done = story.becomes(plain(season=season("spring", "autumn", db_default="autumn")))

    assert kinds(done)[0] == "RenameEnumValue"
    execute(f"INSERT INTO {TABLE} DEFAULT VALUES")
    assert values(TABLE, "season") == ["autumn", "autumn"]
    execute(f"DELETE FROM {TABLE}")
    story.undo()
    assert labels() == ["spring", "autum"]


def indexed(*names: str, used: str = "spring", **options: Any) -> Any:
    return plain(
        season=season(*names, db_default=used, **options),
        Meta=meta(
            indexes=[Index(fields=["season"], condition=~Q(season=used), name="tree_season_idx")],
            constraints=[CheckConstraint(condition=Q(season__in=[used, "fall"]), name="tree_season_ck")],
        ),
    )


def removed(story: Story, *names: str) -> list[Any]:
    """Take labels away without being asked whether one was renamed."""
    return story.becomes(indexed(*names))


def test_removed_and_moved_labels_keep_what_depends_on_the_column(stories: list[Story]) -> None:
    story = tell(stories, indexed("spring", "summer", "fall"))
    execute(
        "CREATE VIEW tree_view WITH (security_invoker = true) AS "
        f"SELECT season FROM {TABLE} WHERE season > 'spring'"
    )
    execute("COMMENT ON VIEW tree_view IS 'seen'")
    insert("fall", "spring")

    done = removed(story, "fall", "spring")

    assert kinds(done) == ["ReplaceEnum"]
    assert values(TABLE, "season") == ["fall", "spring"]
    assert values("pg_views WHERE viewname = 'tree_view'", "obj_description('tree_view'::regclass)") == [
        "seen"
    ]
    execute(f"INSERT INTO {TABLE} DEFAULT VALUES")
    assert values(f"{TABLE} WHERE season = 'spring'", "count(*)") == [2]
    with pytest.raises(DatabaseError):
        insert("summer")
    assert values("pg_indexes WHERE indexname = 'tree_season_idx'", "count(*)") == [1]
    assert values("pg_constraint WHERE conname = 'tree_season_ck'", "count(*)") == [1]
    story.undo()
    assert labels() == ["spring", "summer", "fall"]
    execute("DROP VIEW tree_view")


def test_default_that_goes_is_let_go_of_first(stories: list[Story]) -> None:
    story = tell(stories, plain(season=season("spring", "fall", db_default="fall")))

    done = story.becomes(plain(season=season("spring", db_default="spring")))
    execute(f"INSERT INTO {TABLE} DEFAULT VALUES")

    assert kinds(done) == ["AlterField", "ReplaceEnum"]
    assert values(TABLE, "season") == ["spring"]
    story.undo()
    execute(f"INSERT INTO {TABLE} DEFAULT VALUES")
    assert values(TABLE, "season") == ["spring", "fall"]


def test_labels_that_come_and_move_at_once(stories: list[Story]) -> None:
    story = tell(stories, plain(season=season("spring", "fall")))

    done = story.becomes(plain(season=season("winter", "fall", "spring")))

    assert kinds(done) == ["AddEnumValue", "ReplaceEnum"]
    assert len(story.done) == 3
    assert labels() == ["winter", "fall", "spring"]


def test_label_that_rows_have_is_not_removed(stories: list[Story]) -> None:
    story = tell(stories, plain(season=season("spring", "summer", "fall")))
    insert("fall")

    with pytest.raises(RuleBroken, match='1 rows of testapp_tree have one of the labels fall in "season"'):
        story.becomes(plain(season=season("spring", "summer")))

    assert labels() == ["spring", "summer", "fall"]
    story.done.pop()


def text(**options: Any) -> Any:
    return models.CharField(max_length=20, null=True, **options)


def test_text_becomes_an_enum_and_text_again_with_its_data(stories: list[Story]) -> None:
    def with_index(field: Any) -> Any:
        condition = ~Q(season="spring")
        check = CheckConstraint(condition=Q(season__in=["spring", "fall"]), name="tree_season_ck")
        index = Index(fields=["season"], condition=condition, name="tree_season_idx")
        return plain(season=field, Meta=meta(indexes=[index], constraints=[check]))

    story = tell(stories, with_index(text(db_default="spring")))
    insert("fall", "spring")

    done = story.becomes(with_index(season("fall", "spring", db_default="spring")))
    execute(f"INSERT INTO {TABLE} DEFAULT VALUES")

    assert kinds(done) == ["CreateEnum", "AlterField"]
    assert values(TABLE, "season") == ["fall", "spring", "spring"]
    [definition] = values("pg_indexes WHERE indexname = 'tree_season_idx'", "indexdef")
    assert "'spring'::tree_season" in definition
    story.undo()
    execute(f"INSERT INTO {TABLE} DEFAULT VALUES")
    assert values(TABLE, "season") == ["fall", "spring", "spring", "spring"]


def test_value_that_is_no_label_stops_the_conversion(stories: list[Story]) -> None:
    story = tell(stories, plain(season=text()))
    insert("never")

    with pytest.raises(DatabaseError, match='invalid input value for enum tree_season: "never"'):
        story.becomes(plain(season=season("spring")))

    execute(f"DELETE FROM {TABLE}")
    story.done.pop()
    execute("DROP TYPE tree_season")  # of the operation before, which these stories commit one by one
    story.state = story.done[0][0].mutate_state(story.done[0][1].clone())


def test_array_of_an_enum_follows_its_labels(stories: list[Story]) -> None:
    from django.contrib.postgres.fields import ArrayField

    story = tell(stories, plain(seasons=ArrayField(season("spring", "summer", "fall"), null=True)))
    Tree: Any = story.model()
    Tree.objects.create(seasons=["fall", "spring"])

    story.becomes(plain(seasons=ArrayField(season("fall", "spring"), null=True)))

    assert story.model().objects.get().seasons == ["fall", "spring"]  # type: ignore[attr-defined]
    with pytest.raises(DatabaseError), transaction.atomic():
        execute(f"INSERT INTO {TABLE} (seasons) VALUES ('{{summer}}')")


def test_enum_that_has_the_name_of_a_domain_is_refused() -> None:
    from tests.schema.test_free_objects_domains import height

    domain = plain(season=height(domain="tree_season"))

    with pytest.raises(ConfigurationError, match="is a Domain so far"):
        found(state_of(domain), state_of(plain(season=season("spring"))))


def test_labels_that_can_not_be_are_refused() -> None:
    for label in ("", "ä" * 40):
        with pytest.raises(ConfigurationError, match="needs labels"):
            Enum("tree_season", (label,)).create_sql()
