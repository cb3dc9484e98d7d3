"""How a table is partitioned, as migrations carry it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import connections
from django.utils import timezone

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import making
from django_schemapatterns.partitions.options import PartitionOptions, read_options
from django_schemapatterns.schema.storage import StorageField

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

NAME = "partitioned_by"
CONVERT = "Use the operation ConvertToPartitioned; see docs/how-to/partitions.md#convert-a-table-with-rows"


class PartitionBy(StorageField):
    """
    A field without a column that says how its model's table is partitioned.

    `makemigrations` writes it for the inner class `Partition` of a PartitionedModel, whose options it takes.
    """

    def __init__(self, **given: Any) -> None:
        names = {"name", "verbose_name"}
        self.given = {name: value for name, value in given.items() if name not in names}
        super().__init__(**{name: value for name, value in given.items() if name in names})

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django_schemapatterns.fields.PartitionBy", args, {**kwargs, **self.given}

    def partition_scheme(self, model: type[Model]) -> PartitionOptions:
        """Return the options for a model; raises ConfigurationError when they make no sense."""
        return read_options(model, self.given, f"{model._meta.label}.Partition")

    def maker(self, editor: SchemaEditor, model: type[Model]) -> making.Maker:
        options = self.partition_scheme(model)
        return making.Maker(editor=editor, model=model, options=options, now=timezone.now())

    def key_columns(self, model: type[Model]) -> list[str]:
        return primary_key(model, self.partition_scheme(model))

    def clause(self, model: type[Model]) -> str:
        return making.partition_by(self.partition_scheme(model))

    def created(self, editor: SchemaEditor, model: type[Model]) -> None:
        for statement in self.maker(editor, model).first():
            editor.execute(statement, params=None)

    def added(self, editor: SchemaEditor, model: type[Model]) -> None:
        if not editor.collect_sql and making.is_partitioned(editor.connection, model._meta.db_table):
            return
        raise ConfigurationError(
            f"{model._meta.label}: its table {model._meta.db_table} is there already, and not partitioned. "
            f"{CONVERT}."
        )

    def conversion(self, model_name: str) -> Any:
        from django_schemapatterns.partitions.operations import ConvertToPartitioned

        return ConvertToPartitioned(model_name, self.clone())

    def removed(self, editor: SchemaEditor, model: type[Model]) -> None:
        if not editor.collect_sql and not making.is_partitioned(editor.connection, model._meta.db_table):
            return
        raise ConfigurationError(
            f"{model._meta.label}: its table {model._meta.db_table} is partitioned, and stays so. To have an "
            "ordinary one, make a new model and move the rows."
        )

    def altered(self, editor: SchemaEditor, model: type[Model], old: Any) -> None:
        was, now = (self._read(model, each.given, old.given["by"]) for each in (old, self))
        if not _are_alike(was, now):
            raise ConfigurationError(
                f"{model._meta.label}: the key of a partitioned table can not change. {CONVERT}."
            )
        maker = making.Maker(editor=editor, model=model, options=now, now=timezone.now())
        for statement in maker.missing(old.given):
            editor.execute(statement, params=None)

    def _read(self, model: type[Model], given: Any, by: str) -> PartitionOptions:
        """Return what options say of a model; the field that decides may bear its other name there."""
        names = {each.name for each in model._meta.local_fields}
        known = next(name for name in (given["by"], self.given["by"], by) if name in names)
        return read_options(model, {**given, "by": known}, f"{model._meta.label}.Partition")

    def renamed(self, editor: SchemaEditor, model: type[Model], old_table: str, new_table: str) -> None:
        editor.execute(making.rename_partitions(old_table, new_table), params=None)

    def refuse_removal(self, model: type[Model], field: Any) -> None:
        if field.name in self._names():
            raise ConfigurationError(
                f"{model._meta.label}.{field.name} can not be removed: the table is partitioned by it. "
                f"{CONVERT}."
            )

    def refuse_change(self, model: type[Model], old: Any, new: Any) -> None:
        if not {old.name, new.name} & self._names():
            return
        types = {each.db_parameters(_connection())["type"] for each in (old, new)}
        if len(types) > 1 or new.null:
            raise ConfigurationError(
                f"{model._meta.label}.{old.name} can not change its type or be null: "
                f"the table is partitioned by it. {CONVERT}."
            )

    def _names(self) -> set[str]:
        """Return the names of the fields that decide, at every level."""
        names, level = set(), self.given
        while level:
            names.add(level.get("by", ""))
            level = level.get("sub") or {}
        return names


def _are_alike(was: PartitionOptions, now: PartitionOptions) -> bool:
    """Return whether rows go where they went."""
    parts = ("by", "method", "key", "modulus", "columns")
    return all(getattr(was, part) == getattr(now, part) for part in parts)


def primary_key(model: type[Model], options: PartitionOptions) -> list[str]:
    """Return the columns of the primary key in the database."""
    key = [str(each.column) for each in model._meta.pk_fields]
    return list(dict.fromkeys([*key, *options.columns]))


def _connection() -> Any:
    return next(connections[alias] for alias in connections if connections[alias].vendor == "postgresql")
