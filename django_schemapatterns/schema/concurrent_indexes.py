"""Indexes that are built while others write to the table, begun again where a build has failed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db import DatabaseError, InterfaceError, transaction

from django_schemapatterns.exceptions import ConfigurationError, IndexNotBuilt
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor

_FIND = """
SELECT index.oid::regclass::text, indrelid = wanted.oid, indisvalid, pg_get_indexdef(index.oid)
FROM pg_class AS wanted JOIN pg_class AS index USING (relnamespace) JOIN pg_index ON indexrelid = index.oid
WHERE wanted.oid = to_regclass(%s) AND index.relname = %s
"""


class Found(NamedTuple):
    """An index as it is in the database, with its qualified name."""

    qualified: str
    is_of_table: bool
    is_valid: bool
    definition: str


@dataclass(frozen=True)
class Build:
    """
    A statement that builds an index concurrently, and can be run again whatever became of it before.

    table: quoted.  lock_timeout: in seconds, None for what the connection has.
    """

    editor: SchemaEditor
    table: str
    name: str
    statement: str
    lock_timeout: float | None = None

    def run(self) -> None:
        """
        Build the index, unless it is there; one that an earlier build left behind is dropped first.

        Raises IndexNotBuilt, after the index that failed is dropped, and ConfigurationError for an index of
        the name that is another one.
        """
        if self.editor.collect_sql:
            self.editor.execute(self.statement, params=None)
            return
        found = self.find()
        if found is not None and found.is_valid:
            self._require_same(found)
            return
        with limited(self.editor, self.lock_timeout):
            try:
                if found is not None:
                    self._drop(found)
                self.editor.execute(self.statement, params=None)
            except DatabaseError as error:
                raise self._failed(error) from error

    def find(self) -> Found | None:
        """Return the index of the name in the schema of the table."""
        with self.editor.connection.cursor() as cursor:
            cursor.execute(_FIND, [self.table, self.name])
            row = cursor.fetchone()
        return row and Found(*row)

    def _drop(self, found: Found) -> None:
        self.editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {found.qualified}", params=None)

    def _failed(self, error: DatabaseError) -> IndexNotBuilt:
        left = "Nothing is left of it"
        try:
            if (found := self.find()) is not None:
                self._drop(found)
        except (DatabaseError, InterfaceError):
            left = "What is left of it is invalid: it slows writes and finds nothing, until you begin again"
        return IndexNotBuilt(
            f"The index {self.name} of {self.table} could not be built: {str(error).strip()}\n{left}. "
            "Mend the cause, such as rows that are alike or a transaction that stays open, and migrate again."
        )

    def _require_same(self, found: Found) -> None:
        wanted = self._made_aside()
        if not found.is_of_table or _shape(found.definition) != _shape(wanted):
            raise ConfigurationError(
                f"The database has another index {self.name} already: {found.definition}. "
                f"Wanted is: {wanted}. Drop or rename that index first."
            )

    def _made_aside(self) -> str:
        """Return what PostgreSQL makes of the statement, on an empty copy of the table that nobody keeps."""
        editor, aside = self.editor, f"pg_temp.{quote(self.name)}"
        plain = self.statement.replace(" CONCURRENTLY", "", 1).replace(
            f" ON {self.table}", " ON pg_temp.aside", 1
        )
        with transaction.atomic(using=editor.connection.alias), editor.connection.cursor() as cursor:
            cursor.execute(f"CREATE TEMP TABLE aside (LIKE {self.table})")
            cursor.execute(plain)
            cursor.execute("SELECT pg_get_indexdef(%s::regclass)", [aside])
            definition = str(cursor.fetchone()[0])
            cursor.execute("DROP TABLE pg_temp.aside")
        return definition


def _shape(definition: str) -> tuple[bool, str]:
    head, _, tail = definition.partition(" USING ")
    return head.startswith("CREATE UNIQUE"), tail


def require_no_transaction(operation: Any, app_label: str, editor: SchemaEditor) -> None:
    """Raise ConfigurationError inside a transaction, in which PostgreSQL builds no index concurrently."""
    if editor.connection.in_atomic_block:
        raise ConfigurationError(
            f"{type(operation).__name__} can not run in a transaction, and a migration is one. Give it one "
            f"of {app_label} that has nothing else, and write `atomic = False` into its class Migration."
        )


@contextmanager
def limited(editor: SchemaEditor, seconds: float | None) -> Iterator[None]:
    """Wait for locks so many seconds at most; None changes nothing."""
    if seconds is None:
        yield
        return
    with editor.connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('lock_timeout')")
        before = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [f"{int(seconds * 1000)}ms"])
    try:
        yield
    finally:
        with suppress(DatabaseError, InterfaceError), editor.connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [before])
