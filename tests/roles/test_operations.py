"""Grants in a migration: on the tables it names, and on no other."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connections, migrations, models
from django.db.migrations.state import ProjectState
from django.test.utils import override_settings
from psycopg import errors

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.operations import GrantRoles
from tests.roles.house import House


def migrate(home: House, *operations: Any, collect: bool = False) -> list[str]:
    state, connection = ProjectState(), connections[home.alias("migrate")]
    with override_settings(SCHEMAPATTERNS={"ROLES": home.roles}):
        with connection.schema_editor(collect_sql=collect) as editor:
            for operation in operations:
                before = state.clone()
                operation.state_forwards("testapp", state)
                operation.database_forwards("testapp", editor, before, state)
        return [str(line) for line in editor.collected_sql] if collect else []


def table(name: str) -> migrations.CreateModel:
    return migrations.CreateModel(name, [("id", models.BigAutoField(primary_key=True))])


def test_tables_are_granted_with_the_migration_that_makes_them(home: House) -> None:
    migrate(home, table("Granted"), table("Closed"), GrantRoles("Granted"))

    home.run("web", "INSERT INTO testapp_granted DEFAULT VALUES")
    with pytest.raises(errors.InsufficientPrivilege):
        home.run("web", "SELECT * FROM testapp_closed")


def test_nothing_is_left_to_do_for_a_table_that_has_its_grants(home: House) -> None:
    state = ProjectState()
    table("Twice").state_forwards("testapp", state)
    migrate(home, table("Twice"), GrantRoles("Twice"))

    with (
        override_settings(SCHEMAPATTERNS={"ROLES": home.roles}),
        connections[home.alias("migrate")].schema_editor(collect_sql=True) as editor,
    ):
        GrantRoles("Twice").database_forwards("testapp", editor, state, state)

    assert editor.collected_sql == []


def test_models_must_be_named() -> None:
    with pytest.raises(ConfigurationError, match="needs the names of models"):
        GrantRoles()


def test_it_is_written_as_it_was_given() -> None:
    name, args, kwargs = GrantRoles("Order", "Item").deconstruct()

    assert (name, args, kwargs) == ("GrantRoles", ["Order", "Item"], {})
    assert GrantRoles("Order").references_model("order", "shop")
    assert not GrantRoles("Order").references_model("item", "shop")
