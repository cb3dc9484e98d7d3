"""makemigrations finds row security; migrate goes there and back, and never shows a row to too many."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import ProgrammingError, connection, models, transaction
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.writer import MigrationWriter
from django.db.models import Q

from django_schemapatterns.constraints import Allow, RowSecurity, Wall
from django_schemapatterns.context import current
from django_schemapatterns.exceptions import ConfigurationError, PolicyInTheWay
from django_schemapatterns.operations import DisableRowSecurity
from tests.rowsecurity.conftest import ask
from tests.schema.story import Story, found, state_of

pytestmark = pytest.mark.django_db

TABLE = "testapp_paper"
OWN = Allow("own", when=Q(owner=current.user_id), commands="all")


def paper(*constraints: Any, called: str = "Paper", **members: Any) -> Any:
    """Return a function that declares a model of papers."""
    meta = type("Meta", (), {"app_label": "testapp", "constraints": list(constraints)})
    body: dict[str, Any] = {
        "__module__": __name__,
        "Meta": meta,
        "owner": models.BigIntegerField(),
        **members,
    }
    return lambda: type(called, (models.Model,), dict(body))


def policies(table: str = TABLE) -> dict[str, str]:
    rows = ask(
        "default",
        "SELECT policyname::text, concat_ws(' ', permissive, cmd, roles::text, qual, with_check) "
        "FROM pg_policies WHERE tablename = %s ORDER BY 1",
        [table],
    )
    return {name: text for name, text in rows if name != "owner"}


def switches(table: str = TABLE) -> tuple[bool, bool]:
    [row] = ask(
        "default",
        "SELECT relrowsecurity, relforcerowsecurity FROM pg_class WHERE oid = to_regclass(%s)",
        [table],
    )
    return row[0], row[1]


def seen(user: int) -> int:
    """Count what a program sees in whose name the user acts."""
    with transaction.atomic():
        ask("default", f"GRANT SELECT ON {TABLE} TO app_readwrite")
        ask("default", "SELECT set_config('app.current_user_id', %s, true)", [str(user)])
        ask("default", "SET LOCAL ROLE app_readwrite")
        [(rows,)] = ask("default", f"SELECT count(*) FROM {TABLE}")
        transaction.set_rollback(True)
    return int(rows)


def kinds(operations: Any) -> list[str]:
    return [type(operation).__name__ for operation in operations]


def test_new_model_is_protected_from_its_first_row() -> None:
    story = Story(paper(RowSecurity(OWN, bypass=["admin"])))
    ask("default", f"INSERT INTO {TABLE} (owner) VALUES (1), (2), (2)")

    assert switches() == (True, True)
    assert sorted(policies()) == ["bypass", "own_delete", "own_insert", "own_select", "own_update"]
    assert [seen(1), seen(2), seen(3)] == [1, 2, 0]
    assert found(story.state, state_of(paper(RowSecurity(OWN, bypass=["admin"])))) == []

    story.undo()
    assert ask("default", "SELECT to_regclass(%s)", [TABLE]) == [(None,)]


def test_no_policy_is_for_everybody() -> None:
    Story(paper(RowSecurity(OWN, Allow("staff", to=["app_admin"]), wall=Wall(owner=current.tenant_id))))

    assert policies()
    assert not [text for text in policies().values() if "public" in text]


def test_table_with_rows_becomes_protected_and_open_again_when_taken_back() -> None:
    story = Story(paper())
    ask("default", f"INSERT INTO {TABLE} (owner) VALUES (1), (2)")

    done = story.becomes(paper(RowSecurity(OWN)))

    assert kinds(done) == ["EnableRowSecurity", "AddConstraint"]
    assert (switches(), seen(1)) == ((True, True), 1)
    story.undo()
    assert (switches(), policies(), seen(1)) == ((False, False), {}, 2)


def test_without_its_declaration_a_table_stays_locked_until_somebody_says_why_not() -> None:
    story = Story(paper(RowSecurity(OWN)))
    ask("default", f"INSERT INTO {TABLE} (owner) VALUES (1), (2)")

    done = story.becomes(paper())

    assert kinds(done) == ["RemoveConstraint"]
    assert (switches(), policies(), seen(1)) == ((True, True), {}, 0)
    story._apply(DisableRowSecurity("Paper", reason="it is a public library now"))
    assert (switches(), seen(1)) == ((False, False), 2)
    with pytest.raises(ConfigurationError, match=r"for what reason"):
        DisableRowSecurity("Paper", reason=" ")


def test_removal_is_taken_back_with_its_policies() -> None:
    story = Story(paper(RowSecurity(OWN)))
    before = policies()
    story.becomes(paper())

    story.undo()

    assert policies() == before


def test_policies_change_in_place() -> None:
    story = Story(paper(RowSecurity(OWN), is_open=models.BooleanField(default=False)))
    before = policies()
    oids = dict(
        ask("default", "SELECT polname::text, oid FROM pg_policy WHERE polrelid = %s::regclass", [TABLE])
    )
    either = Q(owner=current.user_id) | Q(is_open=True)
    renewed = RowSecurity(
        Allow("own", when=either, commands="select insert update"),
        Allow("staff", to=["admin"]),
        wall=Wall(owner__gt=0),
    )

    done = story.becomes(paper(renewed, is_open=models.BooleanField(default=False)))

    assert kinds(done) == ["AlterRowSecurity"]
    assert sorted(policies()) == [
        "own_insert", "own_select", "own_update", "staff_select",
        "wall_delete", "wall_insert", "wall_select", "wall_update",
    ]  # fmt: skip
    assert "is_open" in policies()["own_select"]
    kept = dict(
        ask("default", "SELECT polname::text, oid FROM pg_policy WHERE polrelid = %s::regclass", [TABLE])
    )
    assert all(kept[name] == oids[name] for name in ("own_insert", "own_select", "own_update"))
    assert switches() == (True, True)
    story.undo()
    assert policies() == before


def test_a_policy_of_another_kind_takes_the_place_of_the_old_one() -> None:
    story = Story(paper(RowSecurity(OWN, Allow("wall", when=Q(owner__gt=0)))))
    assert policies()["wall_select"].startswith("PERMISSIVE")

    story.becomes(paper(RowSecurity(OWN, wall=Wall(owner__gt=0))))

    assert policies()["wall_select"].startswith("RESTRICTIVE")


def test_policies_of_new_and_of_removed_fields_find_their_order() -> None:
    story = Story(paper(RowSecurity(OWN), old=models.IntegerField(default=0)))
    old = Allow("old", when=Q(old=current.user_id))
    new = Allow("new", when=Q(new=current.user_id))
    story.becomes(paper(RowSecurity(OWN, old), old=models.IntegerField(default=0)))
    done = story.becomes(paper(RowSecurity(OWN, new), new=models.BigIntegerField(default=0)))

    assert {"RemoveConstraint", "RemoveField", "AddField", "AddConstraint"} == {*kinds(done)} - {
        "EnableRowSecurity"
    }
    assert sorted(policies()) == ["new_select", "own_delete", "own_insert", "own_select", "own_update"]
    assert switches() == (True, True)
    story.undo()
    assert "old_select" in policies()


def test_renamed_field_and_model_keep_their_policies() -> None:
    story = Story(paper(RowSecurity(OWN), title=models.CharField(max_length=5, default="")))
    ask("default", f"INSERT INTO {TABLE} (owner, title) VALUES (1, ''), (2, '')")
    holder = Allow("own", when=Q(holder=current.user_id), commands="all")

    story.becomes(
        paper(
            RowSecurity(holder),
            title=models.CharField(max_length=5, default=""),
            owner=None,
            holder=models.BigIntegerField(),
        )
    )

    assert "holder" in policies()["own_select"]
    assert seen(1) == 1


def test_column_gets_another_type_under_its_policies() -> None:
    story = Story(paper(RowSecurity(OWN), owner=models.IntegerField()))
    ask("default", f"INSERT INTO {TABLE} (owner) VALUES (1), (2)")
    comments = ask(
        "default",
        "SELECT obj_description(oid, 'pg_policy') FROM pg_policy WHERE polrelid = %s::regclass",
        [TABLE],
    )

    story.becomes(paper(RowSecurity(OWN)))

    assert (seen(1), switches()) == (1, (True, True))
    assert (
        ask(
            "default",
            "SELECT obj_description(oid, 'pg_policy') FROM pg_policy WHERE polrelid = %s::regclass",
            [TABLE],
        )
        == comments
    )
    assert "current_user_id" in policies()["own_select"]


def test_a_field_does_not_take_its_policies_along() -> None:
    story = Story(
        paper(RowSecurity(OWN, wall=Wall(tenant=current.tenant_id)), tenant=models.BigIntegerField(default=0))
    )
    state, after = story.state, story.state.clone()
    from django.db.migrations import RemoveField

    removal = RemoveField("paper", "tenant")
    removal.state_forwards("testapp", after)
    with (
        pytest.raises(PolicyInTheWay, match=r"wall_select.*testapp_paper"),
        connection.schema_editor() as editor,
    ):
        removal.database_forwards("testapp", editor, state, after)
    assert "wall_select" in policies()


def test_a_table_does_not_take_policies_of_others_along() -> None:
    link = lambda: type(  # noqa: E731
        "Link",
        (models.Model,),
        {
            "__module__": __name__,
            "Meta": type("Meta", (), {"app_label": "testapp"}),
            "person": models.BigIntegerField(),
        },
    )

    def protected() -> Any:
        meta = type(
            "Meta",
            (),
            {
                "app_label": "testapp",
                "constraints": [RowSecurity(Allow("all", when=Q(link__person=current.user_id)))],
            },
        )
        return type(
            "Paper",
            (models.Model,),
            {"__module__": __name__, "Meta": meta, "link": models.ForeignKey("Link", models.CASCADE)},
        )

    story = Story(link, protected)
    model = story.model("Link")
    with (
        pytest.raises(PolicyInTheWay, match=r"all_select.*testapp_paper"),
        connection.schema_editor() as editor,
    ):
        editor.delete_model(model)
    assert "all_select" in policies()
    story.becomes()
    assert policies() == {}


def test_squashed_history_makes_the_same() -> None:
    story = Story(paper())
    story.becomes(paper(RowSecurity(OWN)))
    story.becomes(paper(RowSecurity(OWN, bypass=["admin"])))
    expected = policies()
    steps = [operation for migration, _ in story.done for operation in migration.operations]
    while story.done:
        story.undo()

    story.state = state_of()
    optimized = MigrationOptimizer().optimize(steps, "testapp")
    for operation in optimized:
        story._apply(operation)

    assert (policies(), switches()) == (expected, (True, True))
    assert found(story.state, state_of(paper(RowSecurity(OWN, bypass=["admin"])))) == []


def test_migration_can_be_written_and_read() -> None:
    [migration] = found(
        state_of(), state_of(paper(RowSecurity(OWN, wall=Wall(owner__gt=0), missing="raise")))
    )

    text = MigrationWriter(migration).as_string()
    read: dict[str, Any] = {}
    exec(compile(text, "0001_initial.py", "exec"), read)

    assert "django_schemapatterns.constraints.RowSecurity(" in text
    assert "SELECT" not in text
    options = [
        each.options["constraints"] for each in read["Migration"].operations if hasattr(each, "options")
    ]
    assert options == [
        each.options["constraints"] for each in migration.operations if hasattr(each, "options")
    ]
    assert ("schemapatterns", "__first__") in migration.dependencies


def test_names_of_policies_are_never_cut_by_postgresql() -> None:
    long = "what_a_long_name_this_is_for_something_that_one_can_say_shortly"
    Story(paper(RowSecurity(Allow(f"{long}_a", when=Q(owner=1)), Allow(f"{long}_b", when=Q(owner=2)))))

    assert len(policies()) == 2


def test_roles_that_do_not_exist_are_named() -> None:
    with pytest.raises(ConfigurationError, match=r"rowtests_nobody"), transaction.atomic():
        Story(paper(RowSecurity(OWN, Allow("more", to=["rowtests_nobody"]))))


def test_roles_are_quoted() -> None:
    odd = 'rowtests "odd" role'
    ask("default", 'CREATE ROLE "rowtests ""odd"" role" NOLOGIN')
    Story(paper(RowSecurity(OWN, Allow("odd", to=[odd]))))

    assert odd.replace('"', '\\"') in policies()["odd_select"]


def test_values_are_quoted() -> None:
    text = "O'Hara 100% \\ {}"
    Story(paper(RowSecurity(Allow("named", when=Q(name=text))), name=models.TextField(default="")))
    ask("default", f"INSERT INTO {TABLE} (owner, name) VALUES (1, %s), (1, 'x')", [text])

    assert seen(1) == 1


def test_partitions_are_closed_to_direct_access() -> None:
    ask("default", f"CREATE TABLE {TABLE} (id bigint, owner bigint NOT NULL) PARTITION BY RANGE (id)")
    ask("default", f"CREATE TABLE {TABLE}_0 PARTITION OF {TABLE} FOR VALUES FROM (0) TO (9)")
    ask("default", f"GRANT SELECT ON {TABLE}_0 TO app_readwrite; INSERT INTO {TABLE} VALUES (1, 1), (2, 2)")
    story = Story()
    story.state = state_of(paper())
    from django.db.migrations import AddConstraint

    declaration = RowSecurity(OWN, name="paper_row_security")
    story._apply(AddConstraint("paper", declaration))

    assert seen(1) == 1
    ask("default", "SET LOCAL ROLE app_readwrite")
    assert ask("default", f"SELECT count(*) FROM {TABLE}_0") == [(0,)]
    with pytest.raises(ProgrammingError, match=r"permission denied|row-level"), transaction.atomic():
        ask("default", f"INSERT INTO {TABLE}_0 VALUES (3, 3)")
    ask("default", "RESET ROLE")
