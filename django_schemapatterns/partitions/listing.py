"""The partitions that a table really has, read from the catalog in UTC."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.db import connections, transaction

from django_schemapatterns.partitions import expressions, marks
from django_schemapatterns.partitions.bounds import Window
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django_schemapatterns.partitions.running import Patience
    from django_schemapatterns.schema.maintained import MaintainedTable

# More rows than these are not counted one by one in the default partition.
COUNTED: Final = 100_000

_TABLE = """
SELECT pg_class.oid, format('%%I.%%I', nspname, relname), relname::text, attname::text,
       format_type(atttypid, NULL), nullif(partdefid, 0) IS NOT NULL, partstrat = 'r' AND partnatts = 1
FROM pg_class
JOIN pg_namespace ON pg_namespace.oid = relnamespace
JOIN pg_partitioned_table ON partrelid = pg_class.oid
LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum = partattrs[0]
WHERE pg_class.oid = to_regclass(%s)
"""

_SIZES = """
CROSS JOIN LATERAL (
    SELECT sum(pg_total_relation_size(leaf.oid))::bigint AS bytes,
           sum(greatest(leaf.reltuples, 0))::bigint AS estimate,
           bool_or(leaf.reltuples < 0 AND pg_relation_size(leaf.oid) > 0) AS unknown
    FROM pg_class AS leaf
    WHERE leaf.relkind <> 'p'
      AND leaf.oid IN (SELECT relation.oid UNION SELECT relid FROM pg_partition_tree(relation.oid))
) AS sizes
"""

# Without a look at the files, and at what is below.
_ESTIMATES = """
CROSS JOIN LATERAL (SELECT 0 AS bytes, reltuples::bigint AS estimate, reltuples < 0 AS unknown) AS sizes
"""

_PARTITIONS = """
SELECT format('%%I.%%I', nspname, relname), pg_get_expr(relpartbound, relation.oid), inhdetachpending,
       obj_description(relation.oid, 'pg_class'), coalesce(bytes, 0), CASE WHEN NOT unknown THEN estimate END
FROM pg_inherits
JOIN pg_class AS relation ON relation.oid = inhrelid
JOIN pg_namespace ON pg_namespace.oid = relation.relnamespace
{sizes}
WHERE inhparent = %s
"""

_DETACHED = """
SELECT format('%%I.%%I', nspname, relname), description, coalesce(bytes, 0),
       CASE WHEN NOT unknown THEN estimate END
FROM pg_description
JOIN pg_class AS relation ON relation.oid = objoid AND classoid = 'pg_class'::regclass AND objsubid = 0
JOIN pg_namespace ON pg_namespace.oid = relation.relnamespace
{sizes}
WHERE starts_with(description, %s) AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = relation.oid)
"""

_ALIKE = """
SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true),
       set_config('IntervalStyle', 'postgres', true), set_config('bytea_output', 'hex', true),
       set_config('extra_float_digits', '1', true), set_config('xmloption', 'content', true),
       -- Rows that a policy would hide make an error, not an archive without them.
       set_config('row_security', 'off', true),
       set_config('lock_timeout', coalesce(%s, current_setting('lock_timeout')), true)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Partition:
    """
    A partition of a table.

    name: as `"schema"."table"`, quoted where that is needed.  window: None where it is no range of time.
    rows: as the last ANALYZE estimated, None before the first.  bytes: 0 unless they were asked for.
    is_ours: it bears our mark.  is_pending: a DETACH CONCURRENTLY was interrupted.
    """

    name: str
    bounds: str
    window: Window | None
    bytes: int
    rows: int | None
    is_default: bool
    is_ours: bool
    is_pending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Leftover:
    """A partition that was detached and is not dropped yet; `mark` is what its comment says."""

    name: str
    mark: marks.Detached
    bytes: int
    rows: int | None


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A maintained table, its partitions in the order of time, and those that were detached."""

    table: MaintainedTable
    oid: int
    name: str
    plain_name: str
    key: str
    key_type: str
    partitions: tuple[Partition, ...]
    leftovers: tuple[Leftover, ...]

    @property
    def default(self) -> Partition | None:
        return next((each for each in self.partitions if each.is_default), None)

    @property
    def ranges(self) -> list[tuple[Window, Partition]]:
        """Return those that take rows of a stretch of time."""
        return [
            (each.window, each) for each in self.partitions if each.window is not None and not each.is_pending
        ]

    def covered_until(self, now: datetime) -> datetime:
        """Return the moment up to which every row from now on has a partition of its own."""
        until = now
        for window, _ in self.ranges:
            if until in window:
                until = window.high
        return until


def read_listing(table: MaintainedTable, *, using: str, sized: bool = False) -> Listing | None:
    """Return what the catalog says of a table; None where it is not partitioned by one column's range."""
    sizes = _SIZES if sized else _ESTIMATES
    with alike(using) as cursor:
        cursor.execute(_TABLE, [quote(table.table)])
        found = cursor.fetchone()
        if found is None or not found[-1]:
            return None
        oid, name, plain_name, key, key_type, _, _ = found
        cursor.execute(_PARTITIONS.format(sizes=sizes), [oid])
        partitions = [_partition(row, key_type) for row in cursor.fetchall()]
        cursor.execute(_DETACHED.format(sizes=sizes), [marks.DETACHED])
        leftovers = [each for row in cursor.fetchall() if (each := _leftover(row, name))]
    return Listing(
        table=table,
        oid=oid,
        name=name,
        plain_name=plain_name,
        key=key,
        key_type=key_type,
        partitions=tuple(sorted(partitions, key=_order)),
        leftovers=tuple(sorted(leftovers, key=lambda each: each.name)),
    )


def is_readable(table: str, *, using: str) -> bool:
    """Return whether the role of the connection may read a table; partitions belong to their owner alone."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT has_table_privilege(%s, 'SELECT')", [table])
        return bool(cursor.fetchone()[0])


def rows_in_default(listing: Listing, *, using: str) -> int | None:
    """
    Return how many rows have no partition of their own; of very many it says one more than it counts.

    None when the role of the connection may not look.
    """
    if listing.default is None:
        return 0
    if not is_readable(listing.default.name, using=using):
        return None
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM (SELECT FROM {listing.default.name} LIMIT {COUNTED + 1}) AS rows"
        )
        return int(cursor.fetchone()[0])


@contextmanager
def alike(using: str, patience: Patience | None = None) -> Iterator[Any]:
    """
    Give a cursor in a transaction that writes values as every session does, whatever its settings are.

    patience: how long it waits for locks; as long as the session by default.
    """
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute(_ALIKE, [patience.milliseconds if patience else None])
        yield cursor


def _partition(row: tuple[Any, ...], key_type: str) -> Partition:
    name, expression, is_pending, comment, size, rows = row
    return Partition(
        name=name,
        bounds=expression,
        window=_window(expression, key_type),
        bytes=size,
        rows=rows,
        is_default=expression == "DEFAULT",
        is_ours=marks.is_ours(comment),
        is_pending=is_pending,
    )


def _window(expression: str, key_type: str) -> Window | None:
    try:
        return expressions.parse(expression).window(key_type)
    except ValueError:
        return None


def _leftover(row: tuple[Any, ...], parent: str) -> Leftover | None:
    name, comment, size, rows = row
    mark = marks.read(comment)
    if mark is None or mark.parent != parent:
        return None
    return Leftover(name=name, mark=mark, bytes=size, rows=rows)


def _order(partition: Partition) -> tuple[bool, Any, str]:
    low = partition.window.low if partition.window else expressions.LATEST
    return partition.is_default, low, partition.name
