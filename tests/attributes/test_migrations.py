"""makemigrations finds the rules of attributes; migrate goes there and back, over tables with data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, models, transaction
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter

from django_schemapatterns.exceptions import RuleBroken
from django_schemapatterns.fields import Attribute, AttributesField
from tests.schema.story import Story, found, state_of

pytestmark = pytest.mark.django_db

COLOR = Attribute("color", choices=["red", "green"])


def tree(
    *schema: Attribute, called: str = "Tree", name: str = "data", meta: Any = None, **options: Any
) -> Any:
    """Return a function that declares a model with such a document."""
    body = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "testapp", **(meta or {})}),
        name: AttributesField(schema=schema, **options),
    }
    return lambda: type(called, (models.Model,), dict(body))


def plain() -> Any:
    body = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "testapp"}),
        "data": models.JSONField(),
    }
    return type("Tree", (models.Model,), body)


def execute(sql: str, *params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall() if cursor.description else None


def insert(document: str, table: str = "testapp_tree", column: str = "data") -> None:
    execute(f'INSERT INTO "{table}" ({column}) VALUES (%s)', document)


def refuses(document: str, rule: str, **place: str) -> bool:
    try:
        with transaction.atomic():
            insert(document, **place)
    except IntegrityError as error:
        return rule in str(error)
    return False


def rules() -> dict[str, bool]:
    """The rules of the tables of these stories, and whether they are proven."""
    rows = execute(
        "SELECT conname, convalidated FROM pg_constraint "
        "WHERE contype = 'c' AND conrelid::regclass::text ~ 'tree|wood' ORDER BY conname"
    )
    return dict(rows)


def kinds(operations: Sequence[Operation]) -> list[str]:
    return [type(operation).__name__ for operation in operations]


def test_a_new_model_gets_its_rules_and_loses_them() -> None:
    story = Story(tree(COLOR))
    assert rules() == {"testapp_tree_data": True, "testapp_tree_data_color": True}
    assert refuses('{"color": "pink"}', "testapp_tree_data_color")

    story.undo()

    assert rules() == {}


def test_a_model_that_stays_changes_nothing() -> None:
    story = Story(tree(COLOR))

    assert story.becomes(tree(COLOR)) == []
    assert story.becomes(tree(Attribute("color", choices=["red", "green"], label="Colour", unit="x"))) == []


def test_a_rule_that_changes_holds_at_once_and_is_proven_later() -> None:
    old, new = (
        state_of(tree(COLOR)),
        state_of(tree(Attribute("color", choices=["red"]), Attribute("size", int))),
    )

    first, second = found(old, new)

    assert kinds(first.operations) == [
        "RemoveConstraint", "RemoveConstraint", *["AddConstraintNotValid"] * 3,
    ]  # fmt: skip
    assert kinds(second.operations) == ["ProveConstraint"] * 3
    assert second.dependencies == [("testapp", first.name)]


def test_a_rule_that_changes_goes_there_and_back() -> None:
    story = Story(tree(COLOR))
    insert('{"color": "red"}')

    story.becomes(tree(Attribute("color", choices=["red"]), Attribute("size", int)))
    assert all(rules().values())
    assert refuses('{"color": "green"}', "testapp_tree_data_color")
    insert('{"size": 7}')
    execute("DELETE FROM testapp_tree WHERE data ? 'size'")

    story.undo()
    story.undo()
    assert rules() == {"testapp_tree_data": True, "testapp_tree_data_color": True}
    insert('{"color": "green"}')


def test_old_rows_that_break_a_new_rule_are_counted_and_stay_readable() -> None:
    story = Story(plain)
    insert('{"color": "pink", "weight": "heavy"}')
    insert('{"color": "red"}')

    with pytest.raises(RuleBroken, match=r"1 rows of testapp\.Tree break the rule testapp_tree_data_weight"):
        story.becomes(tree(Attribute("color"), Attribute("weight", Decimal)))

    assert rules() == {
        "testapp_tree_data": True, "testapp_tree_data_color": True, "testapp_tree_data_weight": False,
    }  # fmt: skip
    assert refuses('{"weight": "heavy"}', "testapp_tree_data_weight")
    assert {"color": "pink", "weight": "heavy"} in story.model()._base_manager.values_list("data", flat=True)


def test_a_field_that_comes_later_has_its_rules_and_goes_with_them() -> None:
    def before() -> Any:
        options = type("Meta", (), {"app_label": "testapp"})
        return type("Tree", (models.Model,), {"__module__": __name__, "Meta": options})

    story = Story(before)
    execute("INSERT INTO testapp_tree DEFAULT VALUES")

    story.becomes(tree(COLOR))
    assert all(rules().values())
    assert execute("SELECT data FROM testapp_tree") == [("{}",)]

    story.becomes(before)
    assert rules() == {}
    story.undo()
    assert set(rules()) == {"testapp_tree_data", "testapp_tree_data_color"}


@pytest.mark.parametrize(
    ("change", "place", "prefix"),
    [
        (tree(COLOR, name="document"), {"column": "document"}, "testapp_tree_document"),
        (tree(COLOR, db_column="Dätä"), {"column": '"Dätä"'}, "testapp_tree_data"),
        (tree(COLOR, called="Wood"), {"table": "testapp_wood"}, "testapp_wood_data"),
        (tree(COLOR, meta={"db_table": "big tree"}), {"table": "big tree"}, "testapp_tree_data"),
    ],
)
def test_a_new_name_keeps_the_rules(change: Callable[[], Any], place: dict[str, str], prefix: str) -> None:
    story = Story(tree(COLOR))
    insert('{"color": "red"}')

    story.becomes(change)
    assert rules() == {prefix: True, f"{prefix}_color": True}
    assert refuses('{"color": "pink"}', f"{prefix}_color", **place)

    while len(story.done) > 1:
        story.undo()
    assert refuses('{"color": "pink"}', "testapp_tree_data_color")


def test_an_abstract_model_gives_each_child_the_rules_whatever_its_meta() -> None:
    def children() -> None:
        abstract = type("Meta", (), {"abstract": True})
        base = type(
            "Base",
            (models.Model,),
            {"__module__": __name__, "Meta": abstract, "data": AttributesField(schema=[COLOR])},
        )
        for called in ("Tree", "Wood"):
            options = type("Meta", (), {"app_label": "testapp", "constraints": []})
            type(called, (base,), {"__module__": __name__, "Meta": options})

    Story(children)

    assert set(rules()) == {
        "testapp_tree_data", "testapp_tree_data_color", "testapp_wood_data", "testapp_wood_data_color",
    }  # fmt: skip


def test_what_makemigrations_writes_can_be_read() -> None:
    odd = Attribute("per%cent \\ 'quoted' ä", choices=["50%", "it's", 'say "x"', "\\"])
    for migration in [*found(state_of(), state_of(tree(odd))), *found(state_of(plain), state_of(tree(odd)))]:
        migration.name = "0001_test"
        exec(compile(MigrationWriter(migration).as_string(), "0001_test.py", "exec"), {})
    Story(tree(odd))
    for value in odd.values:
        execute(
            "INSERT INTO testapp_tree (data) VALUES (jsonb_build_object(%s::text, %s::text))", odd.name, value
        )
    with pytest.raises(IntegrityError, match="testapp_tree_data_per"), transaction.atomic():
        execute("INSERT INTO testapp_tree (data) VALUES (jsonb_build_object(%s::text, 1))", odd.name)
