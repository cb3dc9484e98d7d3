"""The statements that make a table's first partitions, while nobody knows the table yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions import marks
from django_schemapatterns.partitions.bounds import (
    MOST,
    partition_name,
    start_of,
    windows,
    windows_ahead,
)
from django_schemapatterns.schema import sql
from django_schemapatterns.schema.names import literal, plain, quote, sibling
from django_schemapatterns.schema.triggers import COPY_SQL

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

    from django_schemapatterns.partitions.options import PartitionOptions

_EXISTS = "SELECT to_regclass(%s) IS NOT NULL"
_KIND = "SELECT relkind = 'p' FROM pg_catalog.pg_class WHERE oid = to_regclass(%s)"


def is_partitioned(connection: BaseDatabaseWrapper, table: str) -> bool:
    """Return whether a table is there and is a partitioned one."""
    with connection.cursor() as cursor:
        cursor.execute(_KIND, [quote(table)])
        return bool(cursor.fetchone() == (True,))


def exists(connection: BaseDatabaseWrapper, table: str) -> bool:
    """Return whether there is a table, or anything else, of that name."""
    with connection.cursor() as cursor:
        cursor.execute(_EXISTS, [quote(table)])
        return bool(cursor.fetchone()[0])


def copy_triggers(table: str) -> str:
    """Return the statement that gives partitions our statement triggers of their table."""
    place = literal(quote(table))
    return COPY_SQL.format(table=place, quotes=sql.dollar_quotes(place)).strip()


def partition_by(options: PartitionOptions) -> str:
    """Return the clause of CREATE TABLE."""
    return f"PARTITION BY {options.method.upper()} ({quote(options.by)})"


@dataclass(frozen=True, kw_only=True)
class Maker:
    """
    What makes the partitions of one table, which may be a partition itself.

        for statement in Maker(editor=editor, model=Order, options=options, now=now).first(): ...

    table: that of the model by default.  prefix: of the names of its partitions, its own name by default.
    oldest, newest: moments of the past and of the future that need a partition, too.
    """

    editor: SchemaEditor
    model: type[Model]
    options: PartitionOptions
    now: datetime
    table: str = ""
    prefix: str = ""
    oldest: datetime | None = None
    newest: datetime | None = None

    @property
    def parent(self) -> str:
        return self.table or self.model._meta.db_table

    @property
    def _prefix(self) -> str:
        return self.prefix or self.parent

    def first(self) -> Iterator[str]:
        """Yield what a new table needs: partitions of now and of what lies ahead, and the default."""
        yield from self._every_one()
        yield close_partitions(self.parent)

    def missing(self, before: Mapping[str, Any]) -> Iterator[str]:
        """Yield what a declaration has got since; intervals are made ahead anyway."""
        known = before.get("values") or {}
        values = [each for each in self.options.values if each[0] not in known]
        for suffix, members in values:
            yield from self._create(sibling(self.parent, f"_{suffix}"), self._in(members))
        is_new = self.options.default and not before.get("default")
        if is_new:
            yield from self._default()
        if values or is_new:
            yield close_partitions(self.parent)

    def from_window(self, low: datetime) -> Iterator[str]:
        """Yield what makes the partitions from the one that begins at a moment, and the default."""
        for name, bounds in self._windows(low):
            yield from self._create(name, bounds)
        if self.options.default:
            yield from self._default()
        yield close_partitions(self.parent)

    def _every_one(self) -> Iterator[str]:
        for name, bounds in (*self._windows(None), *self._lists(), *self._remainders()):
            yield from self._create(name, bounds)
        if self.options.default:
            yield from self._default()

    def _windows(self, since: datetime | None) -> Iterator[tuple[str, str]]:
        every = self.options.every
        if every is None:
            return
        key_type = str(self.model._meta.get_field(self.options.name).db_type(self.editor.connection))
        ahead = windows_ahead(every, self.now, self.options.ahead)
        first, last = min(self.oldest or self.now, self.now), max(self.newest or self.now, ahead[-1].low)
        if (self.oldest, self.newest) != (None, None):
            ahead = list(islice(windows(every, first, start_of(every, last)), MOST + 1))
            if len(ahead) > MOST:
                raise ConfigurationError(
                    f"{self.parent} would get more than {MOST} partitions, from {first:%Y-%m-%d} to "
                    f'{last:%Y-%m-%d}. Look at its oldest row and its newest, or say strategy="attach".'
                )
        for window in ahead:
            low, high = window.literals(key_type)
            if since is None or window.low >= since:
                name = partition_name(self._prefix, every, window.low)
                yield name, f"FOR VALUES FROM ({low}) TO ({high})"

    def _lists(self) -> Iterator[tuple[str, str]]:
        for suffix, members in self.options.values:
            yield sibling(self._prefix, f"_{suffix}"), self._in(members)

    def _remainders(self) -> Iterator[tuple[str, str]]:
        modulus = self.options.modulus
        for remainder in range(modulus or 0):
            bounds = f"FOR VALUES WITH (MODULUS {modulus}, REMAINDER {remainder})"
            yield sibling(self._prefix, f"_{remainder}"), bounds

    def _in(self, members: Iterable[Any]) -> str:
        return f"FOR VALUES IN ({', '.join(map(self._value, members))})"

    def _value(self, value: Any) -> str:
        if value is None:
            return "NULL"
        field: Any = self.model._meta.get_field(self.options.name)
        return str(self.editor.quote_value(field.get_db_prep_save(value, connection=self.editor.connection)))

    def _default(self) -> Iterator[str]:
        yield from self._create(sibling(self._prefix, "_default"), "DEFAULT")

    def _create(self, name: str, bounds: str) -> Iterator[str]:
        below = self.options.sub
        clause = f" {partition_by(below)}" if below else ""
        yield f"CREATE TABLE {quote(name)} PARTITION OF {quote(self.parent)} {bounds}{clause}"
        yield f"COMMENT ON TABLE {quote(name)} IS {literal(marks.ATTACHED)}"
        if below:
            yield from replace(self, table=name, prefix=name, options=below)._every_one()


def close_partitions(table: str) -> str:
    """Return the statement that gives partitions to the owner of their table, and nobody else a right."""
    place = literal(quote(table))
    return sql.render(
        sql.load("partitions", "close_partitions", 1), quotes=sql.dollar_quotes(place), table=place
    )


def rename_partitions(old_table: str, new_table: str) -> str:
    """Return the statement that gives partitions the new name of their table."""
    texts = {"old": plain(old_table), "new": plain(new_table), "detached": marks.DETACHED}
    names = {name: literal(text) for name, text in texts.items()}
    place = literal(quote(new_table))
    return sql.render(
        sql.load("partitions", "rename_partitions", 1),
        quotes=sql.dollar_quotes(place, *names.values()),
        table=place,
        **names,
    )
