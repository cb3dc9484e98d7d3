"""An ordinary table becomes a partitioned one, with its rows, while the shop is open."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal

from django.db import OperationalError, transaction
from django.utils import timezone

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import inventory as inventories, making, marks
from django_schemapatterns.partitions.bounds import bound_literal, next_start, start_of
from django_schemapatterns.partitions.copying import Copy
from django_schemapatterns.partitions.fields import primary_key
from django_schemapatterns.partitions.inventory import Inventory
from django_schemapatterns.partitions.rebuild import Rebuild, beside
from django_schemapatterns.schema.names import literal, quote, shorten

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

    from django_schemapatterns.partitions.options import PartitionOptions

Strategy = Literal["attach", "copy"]
HISTORY: Final = "_history"
NEW: Final = "_new"
BOUNDS: Final = "partition_history_bounds"
LOCK_TIMEOUT: Final = "2s"
TRIES: Final = 10
# A policy that holds for the owner, too, would leave rows out; so PostgreSQL rather refuses to read.
ALL_ROWS: Final = "SET LOCAL row_security = off"
AS_BEFORE: Final = "SET LOCAL row_security TO DEFAULT"
PASSING: Final = {"55P03", "40P01"}  # a lock that is not to be had, a deadlock
# History ends with the period after this time: nothing may be written beyond it while its end is proven.
MARGIN: Final = timedelta(hours=12)


@dataclass(kw_only=True)
class Conversion:
    """
    The conversion of one model's table; the model says how it is to be partitioned.

        with connection.schema_editor(atomic=False) as editor:
            Conversion(editor=editor, model=Order, options=partition_options(Order)).run()

    strategy: attach the old table as the partition of the past, without a copy, or copy its rows.
    In a transaction everything happens in it, with the table locked; outside, in steps that can be repeated.
    """

    editor: SchemaEditor
    model: type[Model]
    options: PartitionOptions
    strategy: Strategy = "attach"
    now: datetime = field(default_factory=timezone.now)
    progress: Callable[[str], None] = lambda step: None

    @property
    def table(self) -> str:
        return self.model._meta.db_table

    @property
    def key(self) -> list[str]:
        return primary_key(self.model, self.options)

    @property
    def online(self) -> bool:
        return not self.editor.connection.in_atomic_block

    def run(self) -> None:
        """Convert the table; one that is partitioned already is left as it is."""
        if making.is_partitioned(self.editor.connection, self.table):
            return
        self._clear()
        found = self.look()
        if self.strategy == "attach":
            self._attach(found)
        else:
            self._copy(found)

    @property
    def index(self) -> str:
        """The name of the history's new primary key."""
        return shorten(f"{_plain(self.table)}{HISTORY}_key")

    @property
    def concurrently(self) -> str:
        return "CONCURRENTLY " if self.online else ""

    def _clear(self) -> None:
        """Drop what a run has left that was broken off."""
        rule = f"ALTER TABLE IF EXISTS {quote(self.table)} DROP CONSTRAINT IF EXISTS {BOUNDS}"
        self._retried(lambda: self._say([rule]))
        self._say([f"DROP INDEX {self.concurrently}IF EXISTS {self._beside(self.index)}"])
        if self.online:
            left = Copy(editor=self.editor, rebuild=self._rebuild(None), new=beside(self.table, NEW))
            self._retried(lambda: self._say(left.clear()))

    def look(self) -> Inventory:
        """Return what hangs on the table; raises ConfigurationError when some of it can not come along."""
        found = inventories.take(self.editor.connection, quote(self.table))
        if refused := list(self.refusals(found)):
            lines = "\n".join(f"  - {each}" for each in refused)
            raise ConfigurationError(f"{self.table} can not be converted to a partitioned table:\n{lines}")
        return found

    def refusals(self, found: Inventory) -> Iterator[str]:
        """Yield a sentence for everything that a partitioned table can not have, or that would be lost."""
        yield from found.refused
        if making.exists(self.editor.connection, beside(self.table, HISTORY)):
            yield f"The table {beside(self.table, HISTORY)}, whose name is needed. Rename or drop it."
        columns = ", ".join(self.options.columns)
        for name in found.lacking(self.options.columns):
            yield (
                f"The unique rule {name}, which lacks {columns}. "
                "Add it there, or remove the rule and declare UniqueAcrossPartitions."
            )
        if found.primary is None:
            yield "It has no primary key."
        elif list(found.primary.columns or ()) != self.key:
            for each in found.inbound:
                yield (
                    f"The foreign key {each.name}: nothing can point at a part of the primary key, which "
                    f"gets {columns}. Remove it (db_constraint=False), and add a PartitionKeyField."
                )

    def _attach(self, found: Inventory) -> None:
        if self.options.every is None:
            raise ConfigurationError(
                f'{self.table}: a list or a hash has no past to attach. Say strategy="copy".'
            )
        end = self._end_of_history()
        bound = self._literal(end)
        index = self._prepare(found, bound)
        self._locked(lambda: self._swap(self.look(), bound, index, end))
        self._say(self._rebuild(found).prove())
        self._say([f"ANALYZE {quote(self.table)}"])

    def _end_of_history(self) -> datetime:
        """Return where the period ends that the newest row, and the nearest future, are in."""
        every = self.options.every or "month"
        with self.editor.connection.cursor() as cursor:
            by = quote(self.options.by)
            cursor.execute(f"SELECT {by} FROM {quote(self.table)} ORDER BY {by} DESC LIMIT 1")  # noqa: S608
            newest = (cursor.fetchone() or (None,))[0]
        ends = next_start(every, start_of(every, self.now + MARGIN))
        while newest is not None and not self._is_before(newest, ends):
            ends = next_start(every, ends)
        return ends

    def _is_before(self, value: Any, end: datetime) -> bool:
        kind = self._key_type()
        with self.editor.connection.cursor() as cursor:
            cursor.execute(f"SELECT %s::{kind} < {bound_literal(end, kind)}::{kind}", [value])
            return bool(cursor.fetchone()[0])

    def _prepare(self, found: Inventory, bound: str) -> str | None:
        """Prove the bounds of the history and build its key, while the table is in use."""
        here, by = quote(self.table), quote(self.options.by)
        self.progress("prove the bounds of the history")
        rule = f"CHECK ({by} IS NOT NULL AND {by} < {bound})"
        bounds = f"ALTER TABLE {here} ADD CONSTRAINT {BOUNDS} {rule} NOT VALID"
        self._retried(lambda: self._say([bounds]))
        self._say([f"ALTER TABLE {here} VALIDATE CONSTRAINT {BOUNDS}"])
        if found.primary and list(found.primary.columns or ()) == self.key:
            return None
        self.progress("build the primary key of the history")
        columns = ", ".join(map(quote, self.key))
        name = quote(self.index)
        self._say([f"CREATE UNIQUE INDEX {self.concurrently}{name} ON {here} ({columns})"])
        return self.index

    def _swap(self, found: Inventory, bound: str, index: str | None, end: datetime) -> None:
        self.progress("put the partitioned table into its place")
        # Not among those that the new table gets: it becomes its primary key's part in the history.
        kept = replace(found, indexes=tuple(each for each in found.indexes if each.name != index))
        rebuild = self._rebuild(kept)
        values = next_values(self.editor, kept)
        self._say(rebuild.move_away())
        self._say(rebuild.create(values))
        self._say([f"ALTER TABLE {rebuild.here} DROP CONSTRAINT {BOUNDS}"])
        if index:
            old = quote(rebuild.renamed(kept.primary.name)) if kept.primary else ""
            added = f"ADD CONSTRAINT {quote(index)} PRIMARY KEY USING INDEX {quote(index)}"
            self._say([f"ALTER TABLE {rebuild.there} DROP CONSTRAINT {old}, {added}"])
        self._say(rebuild.constrain())
        bounds = f"FOR VALUES FROM (MINVALUE) TO ({bound})"
        self._say(
            [
                f"ALTER TABLE {rebuild.here} ATTACH PARTITION {rebuild.there} {bounds}",
                f"ALTER TABLE {rebuild.there} DROP CONSTRAINT {BOUNDS}",
                f"COMMENT ON TABLE {rebuild.there} IS {literal(marks.ATTACHED)}",
            ]
        )
        self._say(self._maker().from_window(end))
        self._finish(rebuild)

    def _finish(self, rebuild: Rebuild) -> None:
        self._say(rebuild.finish())
        self._say(rebuild.point_at())
        self._say([making.close_partitions(self.table), making.copy_triggers(self.table)])

    def _copy(self, found: Inventory) -> None:
        points_at_itself = any(f" REFERENCES {self.table}(" in each.create[0] for each in found.foreign_keys)
        if self.online and not points_at_itself:
            self._copy_online(found)
        else:
            self._locked(lambda: self._copy_locked(self.look()))
        self._say(self._rebuild(found).prove())
        self._say([f"ANALYZE {quote(self.table)}"])

    def _copy_online(self, found: Inventory) -> None:
        """Copy in batches while a trigger follows, and change places at the end."""
        copy = self._copying(found)
        maker = replace(self._maker(*self._ends()), table=copy.new, prefix=self.table)

        def prepare() -> None:
            self._say(copy.prepare(maker.first()))

        def swap() -> None:
            self._say([f"DROP FUNCTION {copy.function}() CASCADE"])
            now = self.look()
            self._say(copy.take_place(self._rebuild(now), next_values(self.editor, now)))
            self._finish(self._rebuild(now))

        self.progress("make the partitions")
        self._locked(prepare)
        copy.fill(self.progress)
        self.progress("put the partitioned table into its place")
        self._locked(swap)

    def _copying(self, found: Inventory) -> Copy:
        return Copy(editor=self.editor, rebuild=self._rebuild(found), new=beside(self.table, NEW))

    def _copy_locked(self, found: Inventory) -> None:
        rebuild, ends = self._rebuild(found), self._ends()
        values = next_values(self.editor, found)
        self._say(rebuild.move_away())
        self._say(rebuild.create(values))
        self._say(self._maker(*ends).first())
        self.progress("copy the rows")
        self._say([rebuild.fill(), *rebuild.constrain(), f"DROP TABLE {rebuild.there}"])
        self._finish(rebuild)

    def _ends(self) -> tuple[datetime | None, datetime | None]:
        """Return the moments of the oldest row and of the newest one."""
        if self.options.every is None:
            return None, None
        by, found = quote(self.options.by), []
        with self.editor.connection.cursor() as cursor:
            for order in ("ASC", "DESC"):
                cursor.execute(f"SELECT {by} FROM {quote(self.table)} ORDER BY {by} {order} LIMIT 1")  # noqa: S608
                row = cursor.fetchone()
                found.append(making.moment_of_key(row[0]) if row else None)
        return found[0], found[1]

    def _rebuild(self, found: Any) -> Rebuild:
        return Rebuild(
            inventory=found,
            table=self.table,
            old=beside(self.table, HISTORY),
            key=self.key,
            clause=making.partition_by(self.options),
        )

    def _maker(self, oldest: datetime | None = None, newest: datetime | None = None) -> making.Maker:
        maker = making.Maker(editor=self.editor, model=self.model, options=self.options, now=self.now)
        return replace(maker, oldest=oldest, newest=newest)

    def _beside(self, name: str) -> str:
        schema = quote(self.table).rpartition(".")[0]
        return f"{schema}.{quote(name)}" if schema else quote(name)

    def _key_type(self) -> str:
        return str(self.model._meta.get_field(self.options.name).db_type(self.editor.connection))

    def _literal(self, at: datetime) -> str:
        return bound_literal(at, self._key_type())

    def _say(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self.editor.execute(statement, params=None)

    def _locked(self, act: Callable[[], None]) -> None:
        """Hold the table for a moment, in one transaction."""

        def hold() -> None:
            self._say([f"LOCK TABLE {quote(self.table)} IN ACCESS EXCLUSIVE MODE"])
            act()

        self._retried(hold)

    def _retried(self, act: Callable[[], None]) -> None:
        """Wait for locks no longer than those who wait behind can bear, and try again later."""
        if not self.online:
            self._say(["SET CONSTRAINTS ALL IMMEDIATE", ALL_ROWS])
            act()
            self._say([AS_BEFORE])
            return
        for attempt in range(TRIES):
            try:
                with transaction.atomic(using=self.editor.connection.alias):
                    self._say([f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'", ALL_ROWS])
                    act()
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in PASSING or attempt == TRIES - 1:
                    raise
                self.progress(f"{self.table} is in use; try again")
                time.sleep(random.uniform(0.5, 1) * min(attempt + 1, 5))  # noqa: S311
            else:
                return


def next_values(editor: SchemaEditor, found: Inventory) -> dict[str, int]:
    """Return the value that each sequence gives next, by column."""
    values: dict[str, int] = {}
    with editor.connection.cursor() as cursor:
        for sequence in found.sequences:
            cursor.execute(
                f"SELECT last_value + CASE WHEN is_called THEN seqincrement ELSE 0 END "  # noqa: S608
                f"FROM {sequence.name}, pg_sequence WHERE seqrelid = to_regclass(%s)",
                [sequence.name],
            )
            values[sequence.column] = cursor.fetchone()[0]
    return values


def revert(editor: SchemaEditor, model: type[Model]) -> None:
    """
    Make an ordinary table of a partitioned one: by a copy, with the table locked.

    model: that of the state in which it is an ordinary one.  Raises ConfigurationError when something that
    hangs on it can not come along.
    """
    table = model._meta.db_table
    if not making.is_partitioned(editor.connection, table):
        return
    found = inventories.take(editor.connection, quote(table))
    if found.refused:
        lines = "\n".join(f"  - {each}" for each in found.refused)
        raise ConfigurationError(f"{table} can not be made an ordinary table:\n{lines}")
    rebuild = Rebuild(
        inventory=found,
        table=table,
        old=beside(table, "_partitioned"),
        key=[str(each.column) for each in model._meta.pk_fields],
        clause="",
    )
    values = next_values(editor, found)
    with transaction.atomic(using=editor.connection.alias):
        for statement in (
            "SET CONSTRAINTS ALL IMMEDIATE",
            ALL_ROWS,
            f"LOCK TABLE {rebuild.here} IN ACCESS EXCLUSIVE MODE",
            *rebuild.move_away(),
            *rebuild.create(values),
            rebuild.fill(),
            *rebuild.constrain(),
            f"DROP TABLE {rebuild.there}",
            *rebuild.finish(),
            *rebuild.point_at(),
            *rebuild.prove(),
            AS_BEFORE,
        ):
            editor.execute(statement, params=None)


def _plain(table: str) -> str:
    return table.rpartition(".")[2].strip('"') if table.startswith('"') else table
