"""What belongs to no table, such as a domain: what operations and makemigrations know of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, NamedTuple, Self, TypeVar

from django.apps import apps
from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory

from django_schemapatterns.exceptions import ConfigurationError

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.autodetector import OperationDependency
    from django.db.migrations.graph import MigrationGraph
    from django.db.migrations.state import ProjectState
    from django.db.models import Field

# Whether something in a place, by its old name, is what has the new name: (place, old, new, thing).
Asks = Callable[[str, str, str, Any], bool]
_Operation = TypeVar("_Operation", bound="type[FreeOperation]")


@dataclass(frozen=True)
class FreeObject:
    """
    An object of the database that belongs to no table: fields that need it declare it, or an app does.

    A field names what it needs in `free_objects()`; makemigrations makes it before the first such field and
    drops it after the last. name: unquoted, unique in the database.
    """

    name: str

    def creation(self) -> FreeOperation:
        raise NotImplementedError

    def removal(self) -> FreeOperation:
        raise NotImplementedError

    def renaming(self, old: str) -> FreeOperation:
        raise NotImplementedError

    def renamed(self, name: str) -> Self:
        return replace(self, name=name)

    def changes(self, old: Any, asks: Asks) -> list[FreeOperation]:
        """Return the operations that make this out of the old object of the same name and kind."""
        raise NotImplementedError


class Owned(NamedTuple):
    """An object that migrations have made, and the app whose migrations they are."""

    app_label: str
    object: Any


@dataclass
class Wanted:
    """
    An object that models need, and the fields that do: (app label, model name, field name).

    declared_by: the app that declares the object, where no field does.
    """

    object: Any
    places: list[tuple[str, str, str]] = field(default_factory=list)
    declared_by: str = ""

    @property
    def apps(self) -> set[str]:
        return {self.declared_by} if self.declared_by else {app_label for app_label, _, _ in self.places}


class FreeOperation(Operation):
    """
    An operation on a free object.

    when: before or after the operations on models in the same migration.
    commit: what others may do with the object only after a commit ("after"), or what needs one ("before").
    """

    reduces_to_sql = True
    reversible = True
    when: ClassVar[Literal["before", "after"]] = "before"
    commit: ClassVar[Literal["before", "after"] | None] = None
    name: str

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        """Say what the operation does to the objects that there are."""

    def waits_for(self) -> list[OperationDependency]:
        """Return what must be there before, in migrations of other apps, too."""
        return []

    def forwards(self, editor: SchemaEditor) -> None:
        raise NotImplementedError

    def backwards(self, editor: SchemaEditor) -> None:
        raise NotImplementedError

    def is_allowed(self, app_label: str, editor: SchemaEditor) -> bool:
        """Return whether the operation of the app may do something to the database."""
        return allowed(editor)

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models do not change; `fold` says what does."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: SchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if self.is_allowed(app_label, schema_editor):
            self.forwards(schema_editor)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: SchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if self.is_allowed(app_label, schema_editor):
            self.backwards(schema_editor)

    def references_model(self, name: str, app_label: str) -> bool:
        return False

    def reduce(self, operation: Operation, app_label: str) -> Any:
        """Let what is about something else pass by."""
        if isinstance(operation, FreeOperation):
            return self.name not in {operation.name, getattr(operation, "old_name", None)}
        names = {each.name for _, needed in fields_of(operation) for each in free_objects(needed)}
        knows_its_fields = operation.category in {OperationCategory.ADDITION, OperationCategory.ALTERATION}
        return knows_its_fields and bool(fields_of(operation)) and self.name not in names


_sources: list[Callable[[], Iterable[Owned]]] = []


def declare_by(source: Callable[[], Iterable[Owned]]) -> None:
    """Let makemigrations look for objects where a pattern keeps what apps declare."""
    _sources.append(source)


def declared_elsewhere(*, without: Collection[str] = ()) -> dict[str, Owned]:
    """Return what apps declare by the registries of patterns; without: apps that have no migrations."""
    owned = [each for source in _sources for each in source() if each.app_label not in without]
    return {each.object.name: each for each in owned}


def public(operation: _Operation) -> _Operation:
    """Let migrations name the operation by its place at the front door."""
    operation.__module__ = "django_schemapatterns.operations"
    return operation


def allowed(editor: SchemaEditor) -> bool:
    """Return whether the database is one of PostgreSQL in which any app may have its tables."""
    connection = editor.connection
    return connection.vendor == "postgresql" and any(
        router.allow_migrate(connection.alias, config.label) for config in apps.get_app_configs()
    )


def free_objects(field: Field[Any, Any]) -> list[FreeObject]:
    """Return what a field needs, or what the field inside it needs: of an array, of a generated column."""
    inner = getattr(field, "base_field", None) or getattr(field, "output_field", None)
    if inner is not None and inner is not field:
        return free_objects(inner)
    declare = getattr(field, "free_objects", None)
    return list(declare()) if declare else []


def fields_of(operation: Operation) -> list[tuple[str, Any]]:
    """Return (name, field) of the fields that an operation brings."""
    if hasattr(operation, "fields"):
        return [(name, field) for name, field in operation.fields if hasattr(field, "clone")]
    field = getattr(operation, "field", None)
    return [(operation.name, field)] if field is not None else []  # type: ignore[attr-defined]


def wanted(state: ProjectState, *, without: Collection[str] = (), strict: bool = True) -> dict[str, Wanted]:
    """
    Return what the models of a state need, by name.

    without: apps that have no migrations.  strict: refuse two meanings of one name.
    """
    found: dict[str, Wanted] = {}
    for (app_label, model_name), model in sorted(state.models.items()):
        if app_label in without or not model.options.get("managed", True) or model.options.get("proxy"):
            continue
        for field_name, model_field in model.fields.items():
            place = (app_label, model_name, field_name)
            for needed in free_objects(model_field):
                entry = found.setdefault(needed.name, Wanted(needed))
                if strict:
                    _refuse_two_meanings(entry, needed, place)
                entry.places.append(place)
    return found


def _refuse_two_meanings(entry: Wanted, needed: FreeObject, place: tuple[str, str, str]) -> None:
    if entry.object == needed:
        return
    first = ".".join(entry.places[0])
    raise ConfigurationError(
        f"{'.'.join(place)} and {first} both use the type {needed.name!r}, but declare it differently: "
        f"{needed} and {entry.object}. Give one of them another name."
    )


def recorded(graph: MigrationGraph) -> dict[str, Owned]:
    """Return what the migrations have made, by name."""
    objects: dict[str, Owned] = {}
    seen = set()
    for leaf in graph.leaf_nodes():
        for key in graph.forwards_plan(leaf):
            if key not in seen:
                seen.add(key)
                migration: Any = graph.nodes[key]
                _fold(key[0], migration.operations, objects)
    return objects


def _fold(app_label: str, operations: list[Operation], objects: dict[str, Owned]) -> None:
    for operation in flat(operations):
        if isinstance(operation, FreeOperation):
            operation.fold(app_label, objects)


def flat(operations: list[Operation]) -> Iterator[Operation]:
    """Return the operations, with those that others hold for the state alone."""
    for operation in operations:
        yield operation
        yield from flat(getattr(operation, "state_operations", None) or [])
