"""The triggers of references to partitioned tables and of uniqueness across partitions."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import pgtrigger

from django_schemapatterns.partitions.options import partition_options
from django_schemapatterns.schema import names, sql
from django_schemapatterns.schema.names import literal, quote
from django_schemapatterns.schema.triggers import CompiledTrigger, Trigger

if TYPE_CHECKING:
    from django_schemapatterns.partitions.references import PartitionKeyField
    from django_schemapatterns.partitions.unique import UniqueAcrossPartitions

ACTIONS: Final[dict[str, dict[str, str]]] = {
    "insert": {"when": "AFTER", "referencing": "REFERENCING NEW TABLE AS new_rows"},
    "update": {"when": "AFTER", "referencing": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows"},
    "delete": {"when": "AFTER", "referencing": "REFERENCING OLD TABLE AS old_rows"},
    "truncate": {"when": "BEFORE", "referencing": ""},
}
_OPERATIONS: Final = {
    "insert": pgtrigger.Insert,
    "update": pgtrigger.Update,
    "delete": pgtrigger.Delete,
    "truncate": pgtrigger.Truncate,
}


class _WithFunction(CompiledTrigger):
    """A trigger with a function that is made for it."""

    action = ""

    @property
    def function_name(self) -> str:  # type: ignore[override]
        return f"{names.SCHEMA}.{quote(names.shorten(self.plain_name()))}"

    @property
    def uninstall_sql(self) -> str:
        return f"DROP FUNCTION IF EXISTS {self.function_name}() CASCADE"

    def plain_name(self) -> str:
        raise NotImplementedError

    def function_sql(self) -> str:
        values = {"function": self.function_name, **self.values()}
        values["quotes"] = sql.dollar_quotes(*values.values())
        return "\n".join(
            sql.render(sql.load(pattern, file, self.version), **values)
            for pattern, file in (("partitions", self.file), ("schema", "owner_rights"))
        )

    file: str

    def values(self) -> dict[str, str]:
        raise NotImplementedError


class CompiledPartitionKeyTrigger(_WithFunction):
    """
    The trigger that fills in a PartitionKeyField.

    column: of the foreign key; key: of the field.  parent, parent_id, parent_key: what they point at.
    constraint: the name of the foreign key in the database.
    """

    file = "partition_key"

    def __init__(
        self,
        *,
        column: str,
        key: str,
        parent: str,
        parent_id: str,
        parent_key: str,
        constraint: str,
        **kwargs: Any,
    ) -> None:
        self.column, self.key, self.parent = column, key, parent
        self.parent_id, self.parent_key, self.constraint = parent_id, parent_key, constraint
        super().__init__(**kwargs)

    def plain_name(self) -> str:
        plain = f"{self.table}_{self.key}"
        return f"partition_key_{names.slug(plain)}_{names.digest(plain)}"

    def declaration(self) -> dict[str, str]:
        return {
            "when": "BEFORE",
            "operation": f"INSERT OR UPDATE OF {quote(self.column)}, {quote(self.key)}",
            "level": "ROW",
            "function": self.function_name,
        }

    def values(self) -> dict[str, str]:
        quoted = {name: quote(getattr(self, name)) for name in _PARTS if name != "constraint"}
        return {**quoted, "constraint": literal(self.constraint), "parent_name": literal(self.parent)}

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, **{name: getattr(self, name) for name in _PARTS}}


_PARTS: Final = ("column", "key", "parent", "parent_id", "parent_key", "constraint")


class PartitionKeyTrigger(Trigger):
    """The declaration of the trigger of one field."""

    when = pgtrigger.Before
    operation = pgtrigger.Insert | pgtrigger.Update

    def __init__(self, field_name: str) -> None:
        self.field_name = field_name
        super().__init__(name=f"partition_key_{field_name}"[:43])

    def compile(self, model: Any) -> CompiledPartitionKeyTrigger:
        field: PartitionKeyField = model._meta.get_field(self.field_name)
        relation = model._meta.get_field(field.of)
        options = partition_options(relation.remote_field.model)
        return CompiledPartitionKeyTrigger(
            name=str(self.name),
            pgid=self.get_pgid(model),
            table=model._meta.db_table,
            column=str(relation.column),
            key=str(field.column),
            parent=relation.remote_field.model._meta.db_table,
            parent_id=str(relation.target_field.column),
            parent_key=options.by if options else "",
            constraint=field.constraint_name(model),
        )


class CompiledUniqueTrigger(_WithFunction):
    """
    One of the triggers that keep a UniqueAcrossPartitions.

    action: insert, update, delete or truncate.  register: the table of the values.  columns: those of it.
    """

    file = "unique_across"

    def __init__(self, *, action: str, register: str, columns: list[str], **kwargs: Any) -> None:
        self.action, self.register, self.columns = action, register, columns
        super().__init__(**kwargs)

    def plain_name(self) -> str:
        plain = f"{self.table}_{self.name}"
        return f"{names.slug(plain)}_{names.digest(plain)}"

    def declaration(self) -> dict[str, str]:
        return {
            **ACTIONS[self.action],
            "operation": self.action.upper(),
            "level": "STATEMENT",
            "function": self.function_name,
        }

    def values(self) -> dict[str, str]:
        columns = ", ".join(map(quote, self.columns))
        register = quote(self.register)
        known = " AND ".join(f"{quote(column)} IS NOT NULL" for column in self.columns)
        same = " AND ".join(f"known.{quote(column)} = gone.{quote(column)}" for column in self.columns)
        taken = f"DELETE FROM {register} AS known USING {{}} AS gone WHERE {same};"
        added = f"INSERT INTO {register} ({columns}) SELECT {columns} FROM {{}} WHERE {known};"
        changed = f"(SELECT {columns} FROM {{}} EXCEPT ALL SELECT {columns} FROM {{}})"
        bodies = {
            "insert": added.format("new_rows"),
            "delete": taken.format("old_rows"),
            "update": "\n    ".join(
                (
                    taken.format(changed.format("old_rows", "new_rows")),
                    added.format(f"{changed.format('new_rows', 'old_rows')} AS changed"),
                )
            ),
            "truncate": "EXECUTE format({}, TG_RELID::regclass);".format(
                literal(taken.format("%s").removesuffix(";"))
            ),
        }
        return {"body": bodies[self.action]}

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        own = {"action": self.action, "register": self.register, "columns": self.columns}
        return path, args, {**kwargs, **own}


class UniqueTrigger(Trigger):
    """The declaration of one of the triggers of a constraint."""

    level = pgtrigger.Statement

    def __init__(self, action: str, constraint: UniqueAcrossPartitions) -> None:
        self.action, self.constraint = action, constraint
        self.when = pgtrigger.Before if action == "truncate" else pgtrigger.After
        name = f"unique_{action}_{names.digest(constraint.name)}"
        super().__init__(name=name, operation=_OPERATIONS[action])

    def compile(self, model: Any) -> CompiledUniqueTrigger:
        return CompiledUniqueTrigger(
            name=str(self.name),
            pgid=self.get_pgid(model),
            table=model._meta.db_table,
            action=self.action,
            register=self.constraint.register,
            columns=[str(model._meta.get_field(name).column) for name in self.constraint.fields],
        )


CompiledPartitionKeyTrigger.__module__ = "django_schemapatterns.operations"
CompiledUniqueTrigger.__module__ = "django_schemapatterns.operations"
