"""What makemigrations does about free objects: which operations, in whose migrations, and in what order."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from django.db.migrations import AddField, AlterField, DeleteModel, Migration, RemoveField
from django.db.migrations.autodetector import OperationDependency

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema import declared_plan
from django_schemapatterns.schema.declared import declared
from django_schemapatterns.schema.declared_plan import MADE
from django_schemapatterns.schema.free import (
    FreeOperation,
    Owned,
    Wanted,
    declared_elsewhere,
    fields_of,
    free_objects,
    recorded,
    wanted,
)

if TYPE_CHECKING:
    from django.db.migrations.graph import MigrationGraph
    from django.db.migrations.operations.base import Operation
    from django.db.migrations.questioner import MigrationQuestioner
    from django.db.migrations.state import ProjectState

    Generated = dict[str, list[Operation]]

RELEASED = "free object released"


class FreeObjectPlan:
    """
    The way from the free objects that migrations have made to those that models need.

    Without a graph, what the fields of the old state say, and the apps, counts as made. converted: apps that
    get their first migrations.
    """

    def __init__(
        self,
        graph: MigrationGraph | None,
        from_state: ProjectState,
        to_state: ProjectState,
        questioner: MigrationQuestioner,
        converted: Collection[str] = (),
    ) -> None:
        unmigrated = from_state.real_apps - set(converted)
        self.from_state, self.to_state = from_state, to_state
        self.questioner = questioner
        objects = declared(without=unmigrated) | declared_elsewhere(without=unmigrated)
        self.needed = wanted(to_state, without=unmigrated)
        self.needed |= {name: Wanted(each, declared_by=owner) for name, (owner, each) in objects.items()}
        self.used = wanted(from_state, without=unmigrated, strict=False)
        self.made = recorded(graph) if graph else {**_made_for(self.used), **objects}

    def add_to(self, generated: Generated) -> None:
        """Add the operations, and make those on fields wait for what they need."""
        found = declared_plan.arranged(
            [*self._renamed(), *self._changed(), *self._created(), *self._dropped()]
        )
        for app_label, operation in found:
            waits = [*self._releases(app_label, operation), *operation.waits_for()]
            operation._auto_deps = waits  # type: ignore[attr-defined]
            generated.setdefault(app_label, []).append(operation)
        owners = {name: owner for name, (owner, _) in self.made.items()}
        owners |= {operation.name: app_label for app_label, operation in found}
        declared_plan.wait_for_tables(found, owners, generated, self.from_state, self.to_state)
        for app_label, operations in generated.items():
            _wait_for_others(app_label, operations, owners)

    def _renamed(self) -> list[tuple[str, FreeOperation]]:
        found: list[tuple[str, FreeOperation]] = []
        for old, (owner, made) in list(self.made.items()):
            for name in [name for name in self.needed if name not in self.made]:
                new = self.needed[name].object
                renamed = old not in self.needed and type(made) is type(new) and made.renamed(name) == new
                if renamed and self._asks(owner, old, name, new):
                    self.made[name] = Owned(owner, new)
                    del self.made[old]
                    found.append((owner, new.renaming(old)))
                    break
        return found

    def _changed(self) -> list[tuple[str, FreeOperation]]:
        for name, (_, made) in self.made.items():
            if name in self.needed and type(self.needed[name].object) is not type(made):
                raise ConfigurationError(
                    f"{name} is a {type(made).__name__} so far: give the new "
                    f"{type(self.needed[name].object).__name__} another name."
                )
        return [
            (owner, operation)
            for name, (owner, made) in self.made.items()
            if name in self.needed and self.needed[name].object != made
            for operation in self.needed[name].object.changes(made, self._asks)
        ]

    def _created(self) -> list[tuple[str, FreeOperation]]:
        return [
            (self._owner(need), need.object.creation())
            for name, need in self.needed.items()
            if name not in self.made
        ]

    def _dropped(self) -> list[tuple[str, FreeOperation]]:
        return [
            (owner, made.removal()) for name, (owner, made) in self.made.items() if name not in self.needed
        ]

    def _owner(self, need: Wanted) -> str:
        """Choose the app that points at the fewest of the others, so that they can wait for it."""
        return min(need.apps, key=lambda app: (len(self._points_at(app) & need.apps), app))

    def _points_at(self, app: str) -> set[str]:
        relations = self.to_state.relations.items()
        pointed_at = {target for (target, _), sources in relations if any(each[0] == app for each in sources)}
        return pointed_at - {app}

    def _asks(self, place: str, old: str, new: str, thing: Any) -> bool:
        """Ask as Django asks about fields: "Was place.old renamed to place.new (a Domain)?"."""
        return bool(self.questioner.ask_rename(place, old, new, thing))

    def _releases(self, app_label: str, operation: FreeOperation) -> list[OperationDependency]:
        """Say whose fields must let go of what is dropped or changed after the models."""
        if operation.when == "before" or operation.name not in self.used:
            return []
        return [
            OperationDependency(*place, RELEASED)  # type: ignore[arg-type]
            for place in self.used[operation.name].places
            if place[0] != app_label
        ]


def is_satisfied_by(operation: Operation, dependency: OperationDependency) -> bool | None:
    """Return whether the operation must come first; None when the dependency is not about free objects."""
    kind: Any = dependency.type
    if kind == RELEASED:
        return _releases(operation, dependency)
    return declared_plan.is_satisfied_by(operation, dependency)


def put_around(operations: list[Operation]) -> list[Operation]:
    """Put free objects before or after everything else, which keeps its order."""
    before = [each for each in operations if isinstance(each, FreeOperation) and each.when == "before"]
    after = [each for each in operations if isinstance(each, FreeOperation) and each.when == "after"]
    around = {id(each) for each in (*before, *after)}
    return [*before, *(each for each in operations if id(each) not in around), *after]


def split_at_commits(app_label: str, migrations: list[Migration]) -> list[Migration]:
    """Give what needs a commit before or after it a migration of its own, as each is a transaction."""
    found: list[Migration] = []
    for migration in migrations:
        *first, last = _between_commits(migration.operations)
        rest: Any = migration
        for part in first:
            earlier: Any = Migration(f"{rest.name}_{len(found)}", app_label)
            earlier.operations, earlier.initial = part, rest.initial
            earlier.dependencies, rest.dependencies = list(rest.dependencies), []
            found.append(earlier)
        rest.operations = last
        found.append(rest)
    return found


def _between_commits(operations: Any) -> list[list[Operation]]:
    parts: list[list[Operation]] = [[]]
    previous = None
    for operation in operations:
        commit = getattr(operation, "commit", None)
        if parts[-1] and commit != previous and (previous == "after" or commit == "before"):
            parts.append([])
        parts[-1].append(operation)
        previous = commit
    return parts


def _wait_for_others(app_label: str, operations: list[Operation], owners: dict[str, str]) -> None:
    for operation in operations:
        names = {each.name for _, field in fields_of(operation) for each in free_objects(field)}
        names.add(getattr(operation, "options", {}).get("db_table", ""))  # of a model on another app's view
        waits = [
            OperationDependency(owners[name], name, None, MADE)  # type: ignore[arg-type]
            for name in sorted(names)
            if owners.get(name, app_label) != app_label
        ]
        if waits:
            operation._auto_deps = [*getattr(operation, "_auto_deps", []), *waits]  # type: ignore[attr-defined]


def _releases(operation: Any, dependency: OperationDependency) -> bool:
    if isinstance(operation, DeleteModel):
        return operation.name_lower == dependency.model_name
    on_field = isinstance(operation, AddField | AlterField | RemoveField)
    return on_field and (operation.model_name_lower, operation.name_lower) == (
        dependency.model_name,
        (dependency.field_name or "").lower(),
    )


def _made_for(used: dict[str, Wanted]) -> dict[str, Owned]:
    return {name: Owned(need.places[0][0], need.object) for name, need in used.items()}
