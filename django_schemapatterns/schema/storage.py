"""Fields without a column, which say how the table of their model is stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.migrations import AddField, AlterUniqueTogether, RemoveConstraint, RemoveIndex
from django.db.migrations.operations.fields import FieldOperation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.operations.base import Operation
    from django.db.models import Model

    _Field = models.Field[Any, Any]
else:
    _Field = models.Field


# What adds the columns that a table is stored by, and takes away the rules that it can not have then.
_BEFORE = (FieldOperation, AlterUniqueTogether, RemoveConstraint, RemoveIndex)


class StorageField(_Field):
    """
    The base of such fields: always inside CreateModel, where a constraint may come after it.

    A class of its own says what CREATE TABLE holds and what follows it, and what a later change does.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(editable=False, blank=True, null=True, serialize=False, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for implied in ("editable", "blank", "null", "serialize"):
            kwargs.pop(implied, None)
        return name, path, args, kwargs

    def contribute_to_class(self, cls: type[Model], name: str, private_only: bool = False) -> None:  # noqa: FBT001, FBT002
        super().contribute_to_class(cls, name, private_only)
        # Where Django asks every field for its value, this one has none.
        setattr(cls, self.get_attname(), None)

    def db_type(self, connection: Any) -> None:
        return None

    def get_attname_column(self) -> tuple[str, None]:
        return self.get_attname(), None

    def formfield(self, **kwargs: Any) -> None:
        return None

    def key_columns(self, model: type[Model]) -> Sequence[str]:
        """Return the columns of the table's primary key."""
        raise NotImplementedError

    def clause(self, model: type[Model]) -> str:
        """Return what comes after the list of columns in CREATE TABLE."""
        raise NotImplementedError

    def created(self, editor: SchemaEditor, model: type[Model]) -> None:
        """Make what the new table needs to take rows."""

    def added(self, editor: SchemaEditor, model: type[Model]) -> None:
        """Deal with the field on a table that is there already."""

    def conversion(self, model_name: str) -> Operation | None:
        """Return what migrations do about the field on a table that is there already, None for AddField."""
        return None

    def removed(self, editor: SchemaEditor, model: type[Model]) -> None:
        """Deal with a table that is to be stored as any other."""

    def altered(self, editor: SchemaEditor, model: type[Model], old: Any) -> None:
        """Deal with a change of the field."""

    def renamed(self, editor: SchemaEditor, model: type[Model], old_table: str, new_table: str) -> None:
        """Deal with a new name of the table."""

    def refuse_removal(self, model: type[Model], field: Any) -> None:
        """Raise where a column is to go that the table is stored by."""

    def refuse_change(self, model: type[Model], old: Any, new: Any) -> None:
        """Raise where a column gets another type that the table is stored by."""


def convert_tables(operations: list[Operation]) -> None:
    """Let such fields come to tables that are there already by an operation, when the columns are ready."""
    conversions = {operation: found for operation in operations if (found := _conversion(operation))}
    if conversions:
        operations[:] = [each for each in operations if each not in conversions]
        before = [place for place, each in enumerate(operations) if isinstance(each, _BEFORE)]
        place = max(before, default=-1) + 1
        operations[place:place] = conversions.values()


def _conversion(operation: Operation) -> Operation | None:
    if not (isinstance(operation, AddField) and isinstance(operation.field, StorageField)):
        return None
    conversion = operation.field.conversion(operation.model_name)
    if conversion is not None:
        conversion._auto_deps = getattr(operation, "_auto_deps", [])  # type: ignore[attr-defined]
    return conversion


def storage_of(model: type[Model]) -> StorageField | None:
    """Return the field that says how a model's table is stored, None for one like any other."""
    return next((each for each in model._meta.local_fields if isinstance(each, StorageField)), None)
