"""Enums of PostgreSQL, and the operations that make and change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import OperationCategory

from django_schemapatterns.exceptions import ConfigurationError, RuleBroken
from django_schemapatterns.schema import types
from django_schemapatterns.schema.free import Asks, FreeOperation, Owned, public
from django_schemapatterns.schema.names import MAX_BYTES, literal, quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor


@dataclass(frozen=True)
class Enum(types.UserType):
    """
    A type of named values, which are in order.

        Enum("order_status", ("pending", "shipped"))
    """

    labels: tuple[str, ...]

    def create_sql(self, schema: str = "") -> str:
        wrong = [
            label for label in self.labels if not label or len(label.encode()) > MAX_BYTES or "\0" in label
        ]
        if wrong or not self.labels:
            raise ConfigurationError(
                f"The enum {self.name} needs labels of 1 to {MAX_BYTES} bytes; wrong are {wrong or 'all'}."
            )
        name = f"{schema}.{self.quoted}" if schema else self.quoted
        return f"CREATE TYPE {name} AS ENUM ({', '.join(map(literal, self.labels))})"

    def creation(self) -> FreeOperation:
        return CreateEnum(self.name, self.labels)

    def removal(self) -> FreeOperation:
        return DropEnum(self.name, self.labels)

    def changes(self, old: Any, asks: Asks) -> list[FreeOperation]:
        renames, labels = self._renames(old, asks)
        added = [label for label in self.labels if label not in labels]
        kept = [label for label in self.labels if label in labels]
        additions = self._additions(kept, added)
        if kept == list(labels):
            return [*renames, *additions]
        # What goes, or changes its place, does so after the models have let go of it.
        grown = _grown(labels, additions)
        return [*renames, *additions, ReplaceEnum(self.name, self.labels, grown)]

    def _renames(self, old: Enum, asks: Asks) -> tuple[list[FreeOperation], tuple[str, ...]]:
        labels, renames = list(old.labels), list[FreeOperation]()
        for place, gone in enumerate(old.labels):
            if gone in self.labels:
                continue
            for new in self.labels:
                if new not in labels and asks(self.name, gone, new, self):
                    renames.append(RenameEnumValue(self.name, gone, new))
                    labels[place] = new
                    break
        return renames, tuple(labels)

    def _additions(self, kept: list[str], added: list[str]) -> list[AddEnumValue]:
        present, additions = set(kept), []
        for place, label in enumerate(self.labels):
            if label not in added:
                continue
            before = next((each for each in self.labels[place:] if each in present), None)
            additions.append(AddEnumValue(self.name, label, before=before))
            present.add(label)
        return additions


def _grown(labels: Sequence[str], additions: Sequence[AddEnumValue]) -> tuple[str, ...]:
    grown = tuple(labels)
    for addition in additions:
        grown = addition.added_to(grown)
    return grown


class _EnumOperation(types.TypeOperation):
    """What is said by a name and labels."""

    def __init__(self, name: str, labels: Sequence[str]) -> None:
        self.name = name
        self.labels = list(labels)

    @property
    def declared(self) -> Enum:
        return Enum(self.name, tuple(self.labels))

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name, self.labels], {}


@public
class CreateEnum(_EnumOperation, types.CreateType):
    """
    Create an enum; one of this name that is there already must be the same.

        CreateEnum("order_status", ["pending", "shipped"])
    """

    def reduce(self, operation: Any, app_label: str) -> Any:
        same = isinstance(operation, FreeOperation) and operation.name == self.name
        if same and isinstance(operation, AddEnumValue):
            return [CreateEnum(self.name, operation.added_to(tuple(self.labels)))]
        return super().reduce(operation, app_label)


@public
class DropEnum(_EnumOperation, types.DropType):
    """Drop an enum that no column has any more; labels are for the way back."""


class _EnumChange(types.TypeOperation):
    category = OperationCategory.ALTERATION

    def labels_after(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        raise NotImplementedError

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        owner, old = objects[self.name]
        objects[self.name] = Owned(owner, Enum(self.name, self.labels_after(old.labels)))


@public
class AddEnumValue(_EnumChange):
    """
    Add a label to an enum.

        AddEnumValue("order_status", "returned", before="refunded")

    before: the label that it comes before; without, it is the last.

    PostgreSQL lets nobody use the label before the transaction that adds it ends, so what uses it, such as a
    data migration, belongs into a later migration. Backwards, the enum is replaced, see `ReplaceEnum`.
    """

    commit = "after"

    def __init__(self, name: str, label: str, *, before: str | None = None) -> None:
        self.name = name
        self.label = label
        self.before = before

    def added_to(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        place = labels.index(self.before) if self.before in labels else len(labels)
        return (*labels[:place], self.label, *labels[place:])

    labels_after = added_to

    def forwards(self, editor: SchemaEditor) -> None:
        place = f" BEFORE {literal(self.before)}" if self.before is not None else ""
        editor.execute(
            f"ALTER TYPE {quote(self.name)} ADD VALUE IF NOT EXISTS {literal(self.label)}{place}", params=None
        )

    def backwards(self, editor: SchemaEditor) -> None:
        found = types.find_type(editor.connection, quote(self.name))
        if found is None or self.label not in found.labels:
            return
        labels = tuple(found.labels)
        left = tuple(label for label in labels if label != self.label)
        _replace(editor, Enum(self.name, labels), Enum(self.name, left))

    def describe(self) -> str:
        return f"Add {self.label} to enum {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"add_{self.name}_{self.label}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        place = {"before": self.before} if self.before is not None else {}
        return type(self).__name__, [self.name, self.label], place


@public
class RenameEnumValue(_EnumChange):
    """
    Rename a label, and with it the value in every row.

        RenameEnumValue("order_status", "canceled", "cancelled")
    """

    def __init__(self, name: str, old_label: str, new_label: str) -> None:
        self.name = name
        self.old_label = old_label
        self.new_label = new_label

    def labels_after(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.new_label if label == self.old_label else label for label in labels)

    def forwards(self, editor: SchemaEditor) -> None:
        self._rename(editor, self.old_label, self.new_label)

    def backwards(self, editor: SchemaEditor) -> None:
        self._rename(editor, self.new_label, self.old_label)

    def reduce(self, operation: Any, app_label: str) -> Any:
        return False

    def describe(self) -> str:
        return f"Rename {self.old_label} of enum {self.name} to {self.new_label}"

    @property
    def migration_name_fragment(self) -> str:
        return f"rename_{self.name}_{self.old_label}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name, self.old_label, self.new_label], {}

    def _rename(self, editor: SchemaEditor, old: str, new: str) -> None:
        editor.execute(
            f"ALTER TYPE {quote(self.name)} RENAME VALUE {literal(old)} TO {literal(new)}", params=None
        )


@public
class ReplaceEnum(_EnumChange):
    """
    Remove labels, or change their order, which writes every table that has the enum anew.

        ReplaceEnum("order_status", ["pending", "shipped"], ["pending", "on_hold", "shipped"])

    labels, old_labels: all of them. Raises RuleBroken when rows still have a label that is to go.
    """

    when = "after"

    def __init__(self, name: str, labels: Sequence[str], old_labels: Sequence[str]) -> None:
        self.name = name
        self.labels = list(labels)
        self.old_labels = list(old_labels)

    def labels_after(self, labels: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(self.labels)

    def forwards(self, editor: SchemaEditor) -> None:
        _replace(editor, self._enum(self.old_labels), self._enum(self.labels))

    def backwards(self, editor: SchemaEditor) -> None:
        _replace(editor, self._enum(self.labels), self._enum(self.old_labels))

    def reduce(self, operation: Any, app_label: str) -> Any:
        return False

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name, self.labels, self.old_labels], {}

    def _enum(self, labels: Sequence[str]) -> Enum:
        return Enum(self.name, tuple(labels))


def _replace(editor: SchemaEditor, old: Enum, new: Enum) -> None:
    gone = sorted(set(old.labels) - set(new.labels))
    if gone and not editor.collect_sql:
        for column in types.columns_of(editor.connection, old):
            _refuse_rows(editor, column, gone)
    types.replace(editor, old, new, through="text")


def _refuse_rows(editor: SchemaEditor, column: types.Column, gone: Sequence[str]) -> None:
    name = quote(column.name)
    condition = f"{name}::text[] && %s" if column.is_array else f"{name}::text = ANY (%s)"
    with editor.connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {column.table} WHERE {condition}", [list(gone)])  # noqa: S608
        rows = cursor.fetchone()[0]
    if rows:
        raise RuleBroken(
            f"{rows} rows of {column.table} have one of the labels {', '.join(gone)} in {name}, which are to "
            "go. Give them another value in a migration before this one, and run migrate again."
        )
