"""What the ways to make a partitioned table of an ordinary one have in common."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Literal
from uuid import UUID

from django.db import Error, OperationalError, transaction
from django.utils import timezone

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import inventory as inventories, making
from django_schemapatterns.partitions.bounds import moment
from django_schemapatterns.partitions.copying import Copy
from django_schemapatterns.partitions.fields import primary_key
from django_schemapatterns.partitions.inventory import Inventory
from django_schemapatterns.partitions.plan import as_moment
from django_schemapatterns.partitions.rebuild import Rebuild, beside
from django_schemapatterns.partitions.running import alone
from django_schemapatterns.schema.names import plain, quote, shorten

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

    from django_schemapatterns.partitions.options import PartitionOptions

HISTORY: Final = "_history"
NEW: Final = "_new"
BOUNDS: Final = "partition_history_bounds"
LOCK_TIMEOUT: Final = "2s"
TRIES: Final = 10
# A policy that holds for the owner, too, would leave rows out; so PostgreSQL rather refuses to read.
ALL_ROWS: Final = "SET LOCAL row_security = off"
AS_BEFORE: Final = "SET LOCAL row_security TO DEFAULT"
CENTURY: Final = timedelta(days=36_525)
PASSING: Final = {"55P03", "40P01"}  # a lock that is not to be had, a deadlock


@dataclass(kw_only=True)
class Conversion:
    """
    The conversion of one model's table; the model says how it is to be partitioned.

    In a transaction everything happens in it, with the table locked; outside, in steps that can be repeated.
    """

    editor: SchemaEditor
    model: type[Model]
    options: PartitionOptions
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
        """Convert the table; of one that is partitioned already prove what an earlier run has left."""
        with alone(self._oid(), self.editor.connection.alias) as is_alone:
            if not is_alone:
                raise ConfigurationError(f"Another run is at work on {self.table}. Wait until it has ended.")
            if not making.is_partitioned(self.editor.connection, self.table):
                self._convert()
        self.say(inventories.prove(self.editor.connection, quote(self.table)))
        self.say([f"ANALYZE {quote(self.table)}"])

    def convert(self, found: Inventory) -> None:
        raise NotImplementedError

    def _oid(self) -> int:
        with self.editor.connection.cursor() as cursor:
            cursor.execute("SELECT %s::regclass::oid", [quote(self.table)])
            return int(cursor.fetchone()[0])

    def _convert(self) -> None:
        self._clear()
        try:
            self.convert(self.look())
        except Exception:
            with suppress(Error):
                self._clear_online()
            raise

    @property
    def index(self) -> str:
        """The name of the history's new primary key."""
        return shorten(f"{plain(self.table)}{HISTORY}_key")

    @property
    def concurrently(self) -> str:
        return "CONCURRENTLY " if self.online else ""

    def _clear(self) -> None:
        """Drop what a run has left that was broken off."""
        rule = f"ALTER TABLE IF EXISTS {quote(self.table)} DROP CONSTRAINT IF EXISTS {BOUNDS}"
        self.retried(lambda: self.say([rule]))
        schema = quote(self.table).rpartition(".")[0]
        index = f"{schema}.{quote(self.index)}" if schema else quote(self.index)
        self.say([f"DROP INDEX {self.concurrently}IF EXISTS {index}"])
        if self.online:
            self.retried(lambda: self.say(self.copy(None).clear()))

    def _clear_online(self) -> None:
        """Drop at once what would hinder those who write; a transaction takes it back by itself."""
        if self.online and not making.is_partitioned(self.editor.connection, self.table):
            self._clear()

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

    @property
    def key_type(self) -> str:
        return str(self.model._meta.get_field(self.options.name).db_type(self.editor.connection))

    def moment(self, order: Literal["ASC", "DESC"]) -> datetime | None:
        """Return that of the oldest row, or of the newest; raises ConfigurationError for one of no period."""
        by, kind = quote(self.options.by), self.key_type
        rows = f"SELECT {by}::text, {as_moment(by, kind)} FROM {quote(self.table)}"  # noqa: S608
        with self.editor.connection.cursor() as cursor:
            cursor.execute(f"{rows} ORDER BY {by} {order} LIMIT 1")
            value, text = cursor.fetchone() or (None, "")
        if value is None:
            return None
        with suppress(TypeError, ValueError, OverflowError):
            found = moment(text, kind)
            if found < self.now + CENTURY and (kind != "uuid" or UUID(value).version == 7):
                return found
        raise ConfigurationError(
            f"{self.table} has a row whose {self.options.by} is {value}, which is "
            f"{'no UUIDv7' if kind == 'uuid' else 'no time'} that a partition is made for. "
            "Give the row another value first, or choose another key."
        )

    def finish(self, rebuild: Rebuild) -> None:
        """Give the table everything that the old one had, and that others had of it."""
        self.say(rebuild.point_at())
        self.say(rebuild.finish())
        self.say([making.close_partitions(self.table), making.copy_triggers(self.table)])

    def rebuild(self, found: Any) -> Rebuild:
        return Rebuild(
            inventory=found,
            table=self.table,
            old=beside(self.table, HISTORY),
            key=self.key,
            clause=making.partition_by(self.options),
        )

    def copy(self, found: Any) -> Copy:
        return Copy(editor=self.editor, rebuild=self.rebuild(found), new=beside(self.table, NEW))

    def maker(self, oldest: datetime | None = None, newest: datetime | None = None) -> making.Maker:
        maker = making.Maker(editor=self.editor, model=self.model, options=self.options, now=self.now)
        return replace(maker, oldest=oldest, newest=newest)

    def say(self, statements: Iterable[str]) -> None:
        for statement in statements:
            self.editor.execute(statement, params=None)

    def locked(self, act: Callable[[], None]) -> None:
        """Hold the table for a moment, in one transaction."""

        def hold() -> None:
            self.say([f"LOCK TABLE {quote(self.table)} IN ACCESS EXCLUSIVE MODE"])
            act()

        self.retried(hold)

    def retried(self, act: Callable[[], None]) -> None:
        """Wait for locks no longer than those who wait behind can bear, and try again later."""
        if not self.online:
            self.say(["SET CONSTRAINTS ALL IMMEDIATE", ALL_ROWS])
            act()
            self.say([AS_BEFORE])
            return
        for attempt in range(TRIES):
            try:
                with transaction.atomic(using=self.editor.connection.alias):
                    self.say([f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'", ALL_ROWS])
                    act()
            except OperationalError as error:
                if getattr(error.__cause__, "sqlstate", None) not in PASSING or attempt == TRIES - 1:
                    raise
                self.progress(f"{self.table} is in use; try again")
                time.sleep(random.uniform(0.5, 1) * min(attempt + 1, 5))  # noqa: S311
            else:
                return
