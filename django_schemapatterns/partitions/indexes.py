"""An index on a partitioned table, built partition by partition while others write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from django_schemapatterns.partitions.making import is_partitioned
from django_schemapatterns.schema.concurrent_indexes import Build, limited
from django_schemapatterns.schema.concurrent_operations import AddIndexConcurrently
from django_schemapatterns.schema.names import digest, quote, shorten

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Index, Model

# From the root down: what is partitioned itself has an index that those below are parts of.
_PARTS = """
SELECT relid::regclass::text, parentrelid::regclass::text, relname::text, isleaf
FROM pg_partition_tree(to_regclass(%s)) JOIN pg_class ON pg_class.oid = relid
WHERE level > 0 ORDER BY level, 1
"""
_ATTACHED = """
SELECT EXISTS (SELECT FROM pg_inherits WHERE inhparent = to_regclass(%s) AND inhrelid = to_regclass(%s))
"""
_FULL_NAME = """
SELECT index.oid::regclass::text FROM pg_class AS wanted JOIN pg_class AS index USING (relnamespace)
JOIN pg_index ON indexrelid = index.oid AND indrelid = wanted.oid
WHERE wanted.oid = to_regclass(%s) AND index.relname = %s
"""


class _Part(NamedTuple):
    table: str
    parent: str
    name: str
    is_leaf: bool


@dataclass(frozen=True)
class PartitionedBuild:
    """
    The index of a partitioned table, and those of its partitions that make it up.

    lock_timeout: in seconds, None for what the connection has.
    """

    editor: SchemaEditor
    model: type[Model]
    index: Index
    lock_timeout: float | None = None

    @property
    def table(self) -> str:
        return quote(self.model._meta.db_table)

    def run(self) -> None:
        """
        Build what is missing of the index, and put it together.

        Raises IndexNotBuilt, and ConfigurationError for an index of the name that is another one.
        """
        names = {self.table: self.index.name}
        self._only(self.table, self.index.name)
        for part in self._parts():
            name = shorten(f"{self.index.name}_{digest(part.table)}")
            names[part.table] = name
            if part.is_leaf:
                statement = self._statement(part.table, name)
                Build(self.editor, part.table, name, statement, self.lock_timeout).run()
            else:
                self._only(part.table, name)
        for part in reversed(self._parts()):
            above = self.table if part.parent == self._plain_root() else part.parent
            self._attach(above, names[above], part.table, names[part.table])

    def _parts(self) -> list[_Part]:
        with self.editor.connection.cursor() as cursor:
            cursor.execute(_PARTS, [self.table])
            return [_Part(*row) for row in cursor.fetchall()]

    def _plain_root(self) -> str:
        with self.editor.connection.cursor() as cursor:
            cursor.execute("SELECT to_regclass(%s)::text", [self.table])
            return str(cursor.fetchone()[0])

    def _statement(self, table: str, name: str) -> str:
        """Return the statement for a partition; the table is named at its beginning only."""
        statement = str(self.index.create_sql(self.model, self.editor, concurrently=True))
        return statement.replace(quote(self.index.name), quote(name), 1).replace(
            f" ON {self.table} ", f" ON {table} ", 1
        )

    def _only(self, table: str, name: str) -> None:
        """Make the index of what is partitioned, which is empty until its parts are attached."""
        if self._full_name(table, name) is not None:
            return
        plain = self._statement(table, name).replace(" CONCURRENTLY", "", 1)
        with limited(self.editor, self.lock_timeout):
            self.editor.execute(plain.replace(f" ON {table} ", f" ON ONLY {table} ", 1), params=None)

    def _attach(self, above: str, whole: str, table: str, part: str) -> None:
        whole_name, part_name = self._full_name(above, whole), self._full_name(table, part)
        if whole_name is None or part_name is None or self._is_attached(whole_name, part_name):
            return
        with limited(self.editor, self.lock_timeout):
            self.editor.execute(f"ALTER INDEX {whole_name} ATTACH PARTITION {part_name}", params=None)

    def _full_name(self, table: str, name: str) -> str | None:
        with self.editor.connection.cursor() as cursor:
            cursor.execute(_FULL_NAME, [table, name])
            row = cursor.fetchone()
        return row and str(row[0])

    def _is_attached(self, whole: str, part: str) -> bool:
        with self.editor.connection.cursor() as cursor:
            cursor.execute(_ATTACHED, [whole, part])
            return bool(cursor.fetchone()[0])


class AddIndexOnPartitions(AddIndexConcurrently):
    """
    Build an index on a partitioned table while others write to it.

        class Migration(migrations.Migration):
            atomic = False
            operations = [AddIndexOnPartitions("order", models.Index(fields=["status"], name="order_status"))]

    Each partition's index is built concurrently, and then they are put together; partitions that are made
    later have theirs from the beginning. It can be run again, whatever became of it. Backwards, the index is
    dropped at once, since PostgreSQL drops none of a partitioned table concurrently.

    lock_timeout: seconds to wait for others; by default what the connection has.
    Raises IndexNotBuilt when a build fails, and ConfigurationError in a transaction or where another index
    has the name.
    """

    def is_concurrent(self, app_label: str, editor: SchemaEditor, model: type[Model]) -> bool:
        return (
            editor.connection.vendor == "postgresql"
            and not editor.collect_sql
            and is_partitioned(editor.connection, model._meta.db_table)
            and super().is_concurrent(app_label, editor, model)
        )

    def build(self, editor: SchemaEditor, model: type[Model], index: Index) -> None:
        PartitionedBuild(editor, model, index, self.lock_timeout).run()

    def drop(self, editor: SchemaEditor, model: type[Model], index: Index) -> None:
        with limited(editor, self.lock_timeout):
            editor.remove_index(model, index)

    def describe(self) -> str:
        return f"{super().describe()}, partition by partition"


AddIndexOnPartitions.__module__ = "django_schemapatterns.operations"
