"""Types of the user: names, what the database holds, and the change of every column that has one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import OperationCategory

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.adapters import register_arrays
from django_schemapatterns.schema.dependents import blocking, bring_back, conditions, take_away
from django_schemapatterns.schema.free import FreeObject, FreeOperation, Owned, public
from django_schemapatterns.schema.names import MAX_BYTES, quote, shorten

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor

_FIND = """
SELECT type.typtype::text, namespace.nspname::text, format_type(type.typbasetype, type.typtypmod),
       ARRAY(SELECT conname::text || ' ' || replace(pg_get_constraintdef(oid, true), ' NOT VALID', '')
             FROM pg_constraint WHERE contypid = type.oid ORDER BY conname),
       ARRAY(SELECT enumlabel::text FROM pg_enum WHERE enumtypid = type.oid ORDER BY enumsortorder)
FROM pg_type AS type JOIN pg_namespace AS namespace ON namespace.oid = type.typnamespace
WHERE type.oid = to_regtype(%s)
"""
_COLUMNS = """
SELECT attrelid::regclass::text, attname::text, atttypid <> type.oid,
       CASE attgenerated WHEN '' THEN pg_get_expr(adbin, adrelid) END
FROM pg_type AS type
JOIN pg_attribute ON atttypid IN (type.oid, type.typarray) AND NOT attisdropped
JOIN pg_class ON pg_class.oid = attrelid AND relkind IN ('r', 'p') AND NOT relispartition
LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
WHERE type.oid = to_regtype(%s)
ORDER BY 1, attnum
"""


@dataclass(frozen=True)
class FoundType:
    """
    A type as it is in the database.

    kind: `pg_type.typtype`.  rules: its CHECKs as PostgreSQL writes them.  labels: those of an enum.
    """

    kind: str
    schema: str
    db_type: str | None
    rules: Sequence[str]
    labels: Sequence[str]


@dataclass(frozen=True)
class Column:
    """A column of a type of the user, or of arrays of it; the table is quoted, the default an expression."""

    table: str
    name: str
    is_array: bool
    default: str | None


@dataclass(frozen=True)
class UserType(FreeObject):
    """A type of the user, in the schema in which CREATE TABLE puts a table."""

    def __post_init__(self) -> None:
        if not self.name or len(self.name.encode()) > MAX_BYTES or set(self.name) & set('"%()[]\0'):
            raise ConfigurationError(
                f'{self.name!r} can not name a type: use 1 to {MAX_BYTES} bytes, and none of " % ( ) [ ].'
            )

    @property
    def quoted(self) -> str:
        return quote(self.name)

    def create_sql(self, schema: str = "") -> str:
        """Return the statement that makes the type, in a schema if one is named."""
        raise NotImplementedError

    def drop_sql(self) -> str:
        return f"DROP TYPE {self.quoted}"

    def renaming(self, old: str) -> FreeOperation:
        return RenameType(old, self.name)


def find_type(connection: BaseDatabaseWrapper, name: str) -> FoundType | None:
    """Return the type that a quoted name means, None when there is none."""
    with connection.cursor() as cursor:
        cursor.execute(_FIND, [name])
        row = cursor.fetchone()
    return row and FoundType(*row)


def columns_of(connection: BaseDatabaseWrapper, type_: UserType) -> list[Column]:
    """Return the columns of tables that have the type or arrays of it, but for those of partitions."""
    with connection.cursor() as cursor:
        cursor.execute(_COLUMNS, [type_.quoted])
        return [Column(*row) for row in cursor.fetchall()]


def create(editor: SchemaEditor, type_: UserType) -> None:
    """Make the type; one that is there already must be the same."""
    found = None if editor.collect_sql else find_type(editor.connection, type_.quoted)
    if found is None:
        editor.execute(type_.create_sql(), params=None)
    elif not _is_same(editor, found, type_):
        raise ConfigurationError(
            f"The database has another type {type_.name} already, in the schema {found.schema}: {found}. "
            f"Wanted is: {type_.create_sql()}. Give the field another type name, or change that type first."
        )
    if not editor.collect_sql:
        register_arrays(editor.connection, [type_.name])


def drop_unless_used(editor: SchemaEditor, type_: UserType) -> None:
    """Drop the type, unless a column that another migration made has it."""
    if editor.collect_sql or not columns_of(editor.connection, type_):
        editor.execute(type_.drop_sql(), params=None)


def replace(editor: SchemaEditor, old: UserType, new: UserType, *, through: str) -> None:
    """
    Give every column a new type of the same name, and drop the old type.

    through: the type by way of which values go from one to the other.
    """
    columns = columns_of(editor.connection, old)
    places = [(column.table, column.name) for column in columns]
    others = [
        *blocking(editor.connection, places),
        *conditions(editor.connection, places),
    ]
    aside = shorten(f"{old.name}_old")
    take_away(editor, others)
    editor.execute(f"ALTER TYPE {old.quoted} RENAME TO {quote(aside)}", params=None)
    editor.execute(new.create_sql(), params=None)
    for column in columns:
        editor.execute(_retype_sql(column, new, through), params=None)
    editor.execute(f"DROP TYPE {quote(aside)}", params=None)
    bring_back(editor, others)
    if not editor.collect_sql:
        register_arrays(editor.connection, [new.name])


def _retype_sql(column: Column, type_: UserType, through: str) -> str:
    array = "[]" if column.is_array else ""
    name, retyped = quote(column.name), f"{type_.quoted}{array}"
    changes = [f"ALTER {name} TYPE {retyped} USING {name}::{through}{array}::{retyped}"]
    if column.default is not None:
        changes = [f"ALTER {name} DROP DEFAULT", *changes, f"ALTER {name} SET DEFAULT {column.default}"]
    return f"ALTER TABLE {column.table} {', '.join(changes)}"


def _is_same(editor: SchemaEditor, found: FoundType, type_: UserType) -> bool:
    """Compare with what PostgreSQL makes of the type, for a moment and in a schema of this session."""
    temporary = f"pg_temp.{type_.quoted}"
    editor.execute(type_.create_sql("pg_temp"), params=None)
    made = find_type(editor.connection, temporary)
    editor.execute(f"DROP TYPE {temporary}", params=None)
    return made is not None and _shape(made) == _shape(found)


def _shape(found: FoundType) -> tuple[Any, ...]:
    return found.kind, found.db_type, found.rules, found.labels


class TypeOperation(FreeOperation):
    """What is said by all that a type is made of; the name of the class tells the verb and the kind."""

    @property
    def declared(self) -> UserType:
        raise NotImplementedError

    def describe(self) -> str:
        verb, kind = self._words
        return f"{verb.capitalize()} {kind} {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self._words[0]}_{self.name}"

    @property
    def _words(self) -> list[str]:
        return [word.lower() for word in re.findall("[A-Z][a-z]+", type(self).__name__)]


class CreateType(TypeOperation):
    """Create a type; one of its name that is there already must be the same."""

    category = OperationCategory.ADDITION

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        objects.setdefault(self.name, Owned(app_label, self.declared))

    def forwards(self, editor: SchemaEditor) -> None:
        create(editor, self.declared)

    def backwards(self, editor: SchemaEditor) -> None:
        drop_unless_used(editor, self.declared)

    def reduce(self, operation: Any, app_label: str) -> Any:
        if isinstance(operation, DropType) and operation.name == self.name:
            return []
        return super().reduce(operation, app_label)


class DropType(TypeOperation):
    """Drop a type that no column has any more; what it was is for the way back."""

    category = OperationCategory.REMOVAL
    when = "after"

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        objects.pop(self.name, None)

    def forwards(self, editor: SchemaEditor) -> None:
        editor.execute(self.declared.drop_sql(), params=None)

    def backwards(self, editor: SchemaEditor) -> None:
        create(editor, self.declared)


@public
class RenameType(FreeOperation):
    """
    Rename a type of the user.

        RenameType("email", "email_address")
    """

    category = OperationCategory.ALTERATION

    def __init__(self, old_name: str, new_name: str) -> None:
        self.old_name = old_name
        self.name = new_name

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        owner, old = objects.pop(self.old_name)
        objects[self.name] = Owned(owner, old.renamed(self.name))

    def forwards(self, editor: SchemaEditor) -> None:
        self._rename(editor, self.old_name, self.name)

    def backwards(self, editor: SchemaEditor) -> None:
        self._rename(editor, self.name, self.old_name)

    def reduce(self, operation: Any, app_label: str) -> Any:
        return False

    def describe(self) -> str:
        return f"Rename type {self.old_name} to {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"rename_{self.old_name}_{self.name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.old_name, self.name], {}

    def _rename(self, editor: SchemaEditor, old: str, new: str) -> None:
        editor.execute(f"ALTER TYPE {quote(old)} RENAME TO {quote(new)}", params=None)
