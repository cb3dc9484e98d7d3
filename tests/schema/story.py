"""A table that changes from one state of its models to the next, by migrations that Django finds itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.core.management.commands import makemigrations
from django.db import connection, models
from django.db.migrations import Migration
from django.db.migrations.operations.base import Operation
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState
from django.test.utils import isolate_apps

Declare = Callable[[], Any]


def state_of(*declarations: Declare) -> ProjectState:
    """The state of the models that the functions declare."""
    with isolate_apps("tests.testapp") as apps:
        for declare in declarations:
            declare()
        return ProjectState.from_apps(apps)  # type: ignore[arg-type]


def found(old: ProjectState, new: ProjectState) -> list[Migration]:
    """The migrations that makemigrations would write; whatever it asks about renaming is answered yes."""
    questioner = MigrationQuestioner({"ask_rename": True, "ask_rename_model": True})
    detector: Any = makemigrations.Command.autodetector(old, new, questioner)
    migrations: list[Migration] = detector._detect_changes().get("testapp", [])
    return migrations


class Story:
    def __init__(self, *declarations: Declare) -> None:
        self.state = ProjectState()
        self.done: list[tuple[Migration, ProjectState]] = []
        self.becomes(*declarations)

    def becomes(self, *declarations: Declare, between: Callable[[], Any] | None = None) -> list[Operation]:
        """Migrate to new models; `between` is called after each operation, as old code that writes on."""
        operations: list[Operation] = []
        for migration in self.find(state_of(*declarations)):
            self.done.append((migration, self.state))
            for operation in migration.operations:
                self._apply(operation)
                if between:
                    between()
            operations += migration.operations
        return operations

    def find(self, new: ProjectState) -> list[Migration]:
        return found(self.state.clone(), new)

    def undo(self) -> None:
        """Take the last migration back."""
        migration, before = self.done.pop()
        with connection.schema_editor() as editor:
            migration.unapply(before.clone(), editor)
        self.state = before

    def model(self, name: str = "Tree") -> type[models.Model]:
        return self.state.apps.get_model("testapp", name)

    def _apply(self, operation: Operation) -> None:
        before, after = self.state, self.state.clone()
        operation.state_forwards("testapp", after)
        with connection.schema_editor() as editor:
            operation.database_forwards("testapp", editor, before, after)
        self.state = after


def functions() -> set[str]:
    """The functions of our schema that were made for the tables of these stories."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc "
            "WHERE pronamespace = 'schemapatterns'::regnamespace AND proname ~ 'tree|wood'"
        )
        return {name for (name,) in cursor.fetchall()}


def triggers(table: str) -> set[str]:
    """The names of the audit's triggers on a table, without what makes them unique."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = to_regclass(%s) AND tgname ~ '^pgtrigger'", [table]
        )
        return {name.removeprefix("pgtrigger_").rsplit("_", 1)[0] for (name,) in cursor.fetchall()}
