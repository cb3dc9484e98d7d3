"""Views and functions that an app declares for itself, beside its models, and the operations on them."""

from __future__ import annotations

import re
import sys
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from django.apps import apps
from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.free import FreeObject, FreeOperation, Owned, public
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor

_registered: dict[tuple[str, str], Declared] = {}


@dataclass(frozen=True)
class Declared(FreeObject):
    """
    What an app declares by `register`.

    comes_first: whether tables may need it, so that it is made before them.
    """

    kind: ClassVar[str]
    comes_first: ClassVar[bool] = False

    @property
    def quoted(self) -> str:
        return quote(self.name)

    @property
    def text(self) -> str:
        """The SQL in which other objects and tables may be named."""
        raise NotImplementedError

    def resolved(self, app_label: str) -> Declared:
        """Return it with its SQL, which a file or a queryset may tell."""
        raise NotImplementedError

    def create(self, editor: SchemaEditor) -> None:
        raise NotImplementedError

    def drop(self, editor: SchemaEditor) -> None:
        raise NotImplementedError

    def take_place_of(self, old: Declared | None, editor: SchemaEditor) -> None:
        """Change the object in the database, which is the old one or, without it, what `release` left."""
        raise NotImplementedError

    def release(self, editor: SchemaEditor) -> None:
        """Let go of the tables that the object reads; it comes back by `take_place_of`."""

    def rename(self, editor: SchemaEditor, name: str) -> None:
        raise NotImplementedError

    def exists_sql(self) -> str:
        """Return an expression that is not NULL when the database has the object."""
        raise NotImplementedError

    def mentions(self, name: str) -> bool:
        """Return whether the SQL has a name in it, of a table or of another object."""
        return re.search(rf"(?<!\w){re.escape(_plain(name))}(?!\w)", _plain(self.text)) is not None

    def creation(self) -> FreeOperation:
        return CreateObject(self)

    def removal(self) -> FreeOperation:
        return DropObject(self)

    def renaming(self, old: str) -> FreeOperation:
        return RenameObject(self.renamed(old), self.name)

    def changes(self, old: Any, asks: Any) -> list[FreeOperation]:
        # Where no change of a model comes between, the two become one by Django's optimizer.
        return [ReleaseObject(old), AlterObject(self)]


def _plain(text: str) -> str:
    return text.replace('"', "").casefold()


def register(*objects: Declared, app_label: str | None = None) -> None:
    """
    Declare views and functions, which `makemigrations` then finds.

        # in models.py of one of your apps, or in a module that it imports
        register(View("paid_orders", "SELECT * FROM shop_order WHERE is_paid"))

    app_label: the app whose migrations make them; by default the app that the call stands in.
    Raises ConfigurationError for a name that is declared already.
    """
    home = app_label or app_of(sys._getframe(1).f_globals["__name__"])
    for each in objects:
        taken = next((app for app, name in _registered if name == each.name), None)
        if taken is not None:
            raise ConfigurationError(
                f"The app {taken} declares {each.name!r} already: give the {each.kind} another name."
            )
        _registered[home, each.name] = each


def app_of(module: str) -> str:
    """Return the label of the app that a module is part of, which declares something there."""
    config = apps.get_containing_app_config(module)
    if config is None:
        raise ConfigurationError(
            f"{module} declares something for migrations and belongs to no installed app: "
            "pass app_label=… to say whose migrations they are."
        )
    return config.label


def registered() -> list[tuple[str, Declared]]:
    """Return (app label, object) of what apps declare, as they wrote it."""
    return [(app_label, each) for (app_label, _), each in _registered.items()]


def is_there(connection: BaseDatabaseWrapper, each: Declared) -> bool:
    """Return whether the database has an object of that name."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {each.exists_sql()} IS NOT NULL")
        return bool(cursor.fetchone()[0])


def declared(*, without: Collection[str] = ()) -> dict[str, Owned]:
    """Return what apps declare, in an order in which each may name those before it."""
    found = {
        each.name: Owned(app_label, each.resolved(app_label))
        for app_label, each in registered()
        if app_label not in without
    }
    return {each.name: found[each.name] for each in in_order(owned.object for owned in found.values())}


def in_order(objects: Iterable[Declared]) -> list[Declared]:
    """Put each after those that it mentions."""
    waiting, done = list(objects), list[Declared]()
    while waiting:
        ready = [each for each in waiting if not any(_needs(each, other) for other in waiting)]
        done += ready or waiting
        waiting = [each for each in waiting if each not in done]
    return done


def _needs(one: Declared, other: Declared) -> bool:
    return one is not other and one.mentions(other.name)


def read(declaration: str, app_label: str) -> str:
    """Return the SQL that a declaration is, or that the file has which it names, seen from its app."""
    if not declaration.endswith(".sql") or any(letter.isspace() for letter in declaration):
        return _stripped(declaration)
    file = Path(apps.get_app_config(app_label).path) / declaration
    try:
        return _stripped(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigurationError(
            f"The file {declaration} of the app {app_label} can not be read: {error}"
        ) from error


def _stripped(text: str) -> str:
    return text.strip().removesuffix(";").rstrip()


class ObjectOperation(FreeOperation):
    """An operation on what an app has declared."""

    object: Declared

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.object.name

    @property
    def when(self) -> Literal["before", "after"]:  # type: ignore[override]
        stays = self.category != OperationCategory.REMOVAL
        return "before" if self.object.comes_first == stays else "after"

    def is_allowed(self, app_label: str, editor: SchemaEditor) -> bool:
        connection = editor.connection
        return connection.vendor == "postgresql" and router.allow_migrate(connection.alias, app_label)

    def references_model(self, name: str, app_label: str) -> bool:
        return True  # by its SQL, which nobody reads

    def reduce(self, operation: Operation, app_label: str) -> Any:
        if not isinstance(operation, FreeOperation):
            return False
        names = {operation.name, getattr(operation, "old_name", operation.name)}
        other = getattr(operation, "object", None)
        together = self.name in names or any(map(self.object.mentions, names))
        return not together and not (other and other.mentions(self.name))

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.object], {}

    def describe(self) -> str:
        return f"{self._verb} {self.object.kind} {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self._verb.lower()}_{self.name}"

    @property
    def _verb(self) -> str:
        return type(self).__name__.removesuffix("Object")


def _is(operation: Any, kind: type[ObjectOperation], name: str) -> bool:
    return isinstance(operation, kind) and operation.name == name


@public
class CreateObject(ObjectOperation):
    """
    Create a view or a function.

        CreateObject(View("paid_orders", "SELECT * FROM shop_order WHERE is_paid"))
    """

    category = OperationCategory.ADDITION

    def __init__(self, object: Declared) -> None:  # noqa: A002 - what it is
        self.object = object

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        objects[self.name] = Owned(app_label, self.object)

    def forwards(self, editor: SchemaEditor) -> None:
        self.object.create(editor)

    def backwards(self, editor: SchemaEditor) -> None:
        self.object.drop(editor)

    def reduce(self, operation: Operation, app_label: str) -> Any:
        if _is(operation, DropObject, self.name):
            return []
        if isinstance(operation, AlterObject) and operation.name == self.name:
            return [CreateObject(operation.object)]
        return super().reduce(operation, app_label)


@public
class DropObject(ObjectOperation):
    """Drop a view or a function; what it was is for the way back."""

    category = OperationCategory.REMOVAL

    def __init__(self, object: Declared) -> None:  # noqa: A002 - what it is
        self.object = object

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        objects.pop(self.name, None)

    def forwards(self, editor: SchemaEditor) -> None:
        self.object.drop(editor)

    def backwards(self, editor: SchemaEditor) -> None:
        self.object.create(editor)


@public
class ReleaseObject(ObjectOperation):
    """
    Let a view go of the tables that it reads, so that they can change; `AlterObject` comes after them.

    The view keeps its columns, grants and what stands on it. Who reads it meanwhile gets an error.
    """

    category = OperationCategory.ALTERATION

    def __init__(self, object: Declared) -> None:  # noqa: A002 - what it is
        self.object = object

    @property
    def when(self) -> Literal["before", "after"]:  # type: ignore[override]
        return "before"

    def forwards(self, editor: SchemaEditor) -> None:
        self.object.release(editor)

    def backwards(self, editor: SchemaEditor) -> None:
        self.object.take_place_of(None, editor)

    def reduce(self, operation: Operation, app_label: str) -> Any:
        if isinstance(operation, AlterObject) and operation.name == self.name:
            return [AlterObject(operation.object, old=self.object)]
        return super().reduce(operation, app_label)


@public
class AlterObject(ObjectOperation):
    """
    Give a view or a function another definition.

        AlterObject(View("paid_orders", "SELECT …"), old=View("paid_orders", "SELECT …"))

    It is replaced where PostgreSQL can do that, else dropped and made again with what stands on it and with
    its grants, comments and owner.

    old: what it was, for the way back; None after a ReleaseObject.
    """

    category = OperationCategory.ALTERATION

    def __init__(self, object: Declared, *, old: Declared | None = None) -> None:  # noqa: A002 - what it is
        self.object = object
        self.old = old

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        objects[self.name] = Owned(objects[self.name].app_label, self.object)

    def forwards(self, editor: SchemaEditor) -> None:
        self.object.take_place_of(self.old, editor)

    def backwards(self, editor: SchemaEditor) -> None:
        if self.old is None:
            self.object.release(editor)
        else:
            self.old.take_place_of(self.object, editor)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.object], {"old": self.old} if self.old else {}


@public
class RenameObject(ObjectOperation):
    """
    Rename a view or a function.

        RenameObject(View("paid", "SELECT …"), "paid_orders")
    """

    category = OperationCategory.ALTERATION

    def __init__(self, object: Declared, new_name: str) -> None:  # noqa: A002 - what it is
        self.object = object
        self.new_name = new_name

    @property
    def name(self) -> str:  # type: ignore[override]
        return self.new_name

    @property
    def old_name(self) -> str:
        return self.object.name

    @property
    def when(self) -> Literal["before", "after"]:  # type: ignore[override]
        return "before"

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        owner, old = objects.pop(self.old_name)
        objects[self.new_name] = Owned(owner, old.renamed(self.new_name))

    def forwards(self, editor: SchemaEditor) -> None:
        self.object.rename(editor, self.new_name)

    def backwards(self, editor: SchemaEditor) -> None:
        renamed: Any = self.object.renamed(self.new_name)
        renamed.rename(editor, self.old_name)

    def reduce(self, operation: Operation, app_label: str) -> Any:
        return False

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.object, self.new_name], {}

    def describe(self) -> str:
        return f"Rename {self.object.kind} {self.old_name} to {self.new_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"rename_{self.old_name}_{self.new_name}"
