"""Stories of an app that declares views and functions, whose migrations tell what is made."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management.commands import makemigrations
from django.db.migrations import Migration
from django.db.migrations.graph import MigrationGraph
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState

from django_schemapatterns.database import register
from django_schemapatterns.schema import declared
from django_schemapatterns.schema.declared import Declared
from tests.schema.story import Story


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is declared by a test is forgotten after it."""
    monkeypatch.setattr(declared, "_registered", {})


def declare(*objects: Declared) -> Callable[[], None]:
    """The declaration of these objects, and of no others."""

    def declaration() -> None:
        declared._registered.clear()
        register(*objects, app_label="testapp")

    return declaration


class DeclaredStory(Story):
    def find(self, new: ProjectState) -> list[Migration]:
        questioner = MigrationQuestioner({"ask_rename": True, "ask_rename_model": True})
        detector: Any = makemigrations.Command.autodetector(self.state.clone(), new, questioner)
        migrations: list[Migration] = detector._detect_changes(graph=self.graph()).get("testapp", [])
        return migrations

    def graph(self) -> MigrationGraph:
        graph = MigrationGraph()
        for number, (migration, _) in enumerate(self.done):
            graph.add_node(("testapp", str(number)), migration)
            if number:
                graph.add_dependency(migration, ("testapp", str(number)), ("testapp", str(number - 1)))
        return graph
