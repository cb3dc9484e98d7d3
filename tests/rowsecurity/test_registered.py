"""Row security of models without a Meta of yours: links of many-to-many fields, and models of other apps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core.management.commands import makemigrations
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter
from django.db.models import Q
from django.test import override_settings

from django_schemapatterns import rowsecurity
from django_schemapatterns.constraints import Allow, RowSecurity
from django_schemapatterns.context import current, protected
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.operations import (
    AlterProtection,
    DisableRowSecurity,
    ProtectModel,
    UnprotectModel,
)
from django_schemapatterns.rowsecurity import protections, registry
from django_schemapatterns.rowsecurity.database_checks import check_connection
from tests.rowsecurity.app.models import Document
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.test_migrations import policies, switches

pytestmark = pytest.mark.django_db

READERS = Document.readers.through
MINE = Q(person=current.user_id)
OWN = RowSecurity(Allow("own", when=MINE, commands="select update"))
MORE = RowSecurity(
    Allow("own", when=MINE, commands="select delete"), Allow("mine", when=Q(document__owner=1))
)
GROUPS = RowSecurity(Allow("known", when=Q(name=current.claim("group"))))


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(protected, "_protected", set(protected._protected))
    protected.reads_protected.cache_clear()
    yield
    protected.reads_protected.cache_clear()


@pytest.fixture
def history() -> Any:
    """The migrations of the project, to which those that are found can be added."""
    return MigrationLoader(None, replace_migrations=False)


def found(history: Any) -> list[Any]:
    """Add what makemigrations finds for the app, and return its operations."""
    state = ProjectState.from_apps(Document._meta.apps)
    detector = makemigrations.Command.autodetector(history.project_state(), state, MigrationQuestioner({}))
    changed = detector.changes(graph=history.graph, trim_to_apps={"rowtests"})
    assert changed.keys() <= {"rowtests"}
    operations: list[Any] = []
    for migration in changed.get("rowtests", []):
        [leaf] = history.graph.leaf_nodes("rowtests")
        key = (migration.app_label, migration.name)
        history.graph.add_node(key, migration)
        for app, name in dict.fromkeys([leaf, *migration.dependencies]):
            first = history.graph.root_nodes(app)[0]
            history.graph.add_dependency(migration, key, first if name == "__first__" else (app, name))
        operations += migration.operations
    return operations


def migrate(*operations: Any, back: bool = False) -> None:
    state = ProjectState.from_apps(Document._meta.apps)
    for operation in operations[::-1] if back else operations:
        with connection.schema_editor() as editor:
            go = operation.database_backwards if back else operation.database_forwards
            go("rowtests", editor, state, state)


def told(table: str) -> set[str]:
    return {str(each.id) for each in check_connection(connection) if table in f"{each.msg} {each.hint}"}


def names(table: str) -> list[str]:
    return sorted(policies(table))


def test_links_are_protected_and_open_again_when_taken_back(history: Any) -> None:
    assert found(history) == []
    rowsecurity.protect(READERS, OWN, app_label="rowtests")
    assert "schemapatterns.E420" in told("rowtests_document_readers")

    [operation] = found(history)

    assert isinstance(operation, ProtectModel)
    assert found(history) == []
    migrate(operation)
    assert switches("rowtests_document_readers") == (True, True)
    assert told("rowtests_document_readers") == set()
    assert protected.reads_protected('SELECT 1 FROM "rowtests_document_readers"')
    migrate(operation, back=True)
    assert (switches("rowtests_document_readers"), names("rowtests_document_readers")) == ((False, False), [])


def test_models_of_others_are_protected(history: Any) -> None:
    rowsecurity.protect(Group, GROUPS, app_label="rowtests")
    Group.objects.create(name="a")
    Group.objects.create(name="b")
    migrate(*found(history))

    ask("default", "GRANT SELECT ON auth_group TO app_readwrite")
    ask("default", """SELECT set_config('app.context', '{"group": "a"}', true)""")
    ask("default", "SET LOCAL ROLE app_readwrite")
    assert ask("default", "SELECT name FROM auth_group") == [("a",)]
    ask("default", "RESET ROLE")


def test_the_migration_waits_for_the_tables_and_functions(history: Any) -> None:
    rowsecurity.protect(Group, GROUPS, app_label="rowtests")

    found(history)

    [leaf] = history.graph.leaf_nodes("rowtests")
    waits = {app for app, _ in history.graph.nodes[leaf].dependencies}
    assert waits == {"rowtests", "auth", "schemapatterns"}


def test_changes_are_made_in_place_and_taken_back(history: Any) -> None:
    rowsecurity.protect(READERS, OWN, app_label="rowtests")
    migrate(*found(history))
    before = policies("rowtests_document_readers")
    rowsecurity.protect(READERS, MORE, app_label="rowtests")

    [operation] = found(history)

    assert isinstance(operation, AlterProtection)
    migrate(operation)
    assert names("rowtests_document_readers") == ["mine_select", "own_delete", "own_select"]
    assert (told("rowtests_document_readers"), found(history)) == (set(), [])
    migrate(operation, back=True)
    assert policies("rowtests_document_readers") == before


def test_what_is_declared_no_more_stays_locked_until_somebody_says_why_not(history: Any) -> None:
    rowsecurity.protect(Group, GROUPS, app_label="rowtests")
    migrate(*found(history))
    registry._registered.clear()

    [operation] = found(history)

    assert isinstance(operation, UnprotectModel)
    migrate(operation)
    assert (switches("auth_group"), names("auth_group"), found(history)) == ((True, True), [], [])
    migrate(operation, back=True)
    assert names("auth_group") == ["known_select"]
    opening = DisableRowSecurity("auth.Group", reason="the names of groups are no secret")
    migrate(operation, opening)
    assert switches("auth_group") == (False, False)


def test_an_app_that_is_not_named_is_the_one_of_the_call() -> None:
    with pytest.raises(ConfigurationError, match="app_label"):
        rowsecurity.protect(Group, GROUPS)


def test_apps_without_migrations_are_protected_after_migrate() -> None:
    with override_settings(MIGRATION_MODULES={"rowtests": None}):
        rowsecurity.protect(Group, GROUPS, app_label="rowtests")
        protections.after_migrate("default")
        protections.after_migrate("default")

    assert (switches("auth_group"), names("auth_group")) == ((True, True), ["known_select"])


@pytest.mark.parametrize(
    "operation",
    [
        ProtectModel("auth.Group", GROUPS),
        UnprotectModel("auth.Group", GROUPS),
        AlterProtection("auth.Group", GROUPS, old=OWN),
    ],
)
def test_operations_can_be_written(operation: Any) -> None:
    text, imports = OperationWriter(operation, indentation=0).serialize()

    assert text.startswith(f"django_schemapatterns.operations.{type(operation).__name__}(")
    assert "django_schemapatterns.constraints.RowSecurity(" in text
    assert "import django_schemapatterns.context" in imports
    assert "auth.Group" in operation.describe()
    assert operation.migration_name_fragment.endswith("auth_group")
