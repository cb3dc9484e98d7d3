"""Archived rows brought back, into a table for reading."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.db import DEFAULT_DB_ALIAS

from django_schemapatterns.exceptions import ArchiveError
from django_schemapatterns.partitions.archive import (
    MANIFEST,
    Manifest,
    check_bytes,
    count_rows,
    read_batches,
    rows_sql,
)
from django_schemapatterns.partitions.listing import alike
from django_schemapatterns.schema.names import literal, quote, shorten

_FOREIGN = """
SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) AS acl
WHERE pg_class.oid = to_regclass(%s) AND acl.grantee <> relowner
"""


def restore(
    path: str | Path, *, into: str | None = None, using: str = DEFAULT_DB_ALIAS
) -> tuple[str, Manifest]:
    """
    Make a table of the rows of an archive, and return its name and the archive's manifest.

        partitions.restore("/srv/archive/public.shop_order_2024_01.ndjson.gz", into="orders_of_january")

    path: the file or its manifest.  into: a name that is free, in the first schema of the search path; by
    default that of the partition and `_restored`.

    The table is no partition, has no indexes, and nobody but its owner may read it. It is columnar where the
    server has such a storage, as Citus brings one: a part of the size, and to be read alone.

    Raises ArchiveError when the file is damaged, the name is taken, or the rows are not those of the archive.
    """
    path = Path(path)
    path = path.with_name(path.name.removesuffix(MANIFEST))
    manifest = Manifest.load(path)
    check_bytes(path, manifest)
    name = into or shorten(f"{manifest.partition.rpartition('.')[2].strip(chr(34))}_restored")
    with alike(using) as cursor:
        _create(cursor, quote(name), manifest, path)
        for batch in read_batches(path, manifest):
            cursor.execute(f"INSERT INTO {quote(name)} {rows_sql(manifest.columns)}", [batch])
        if count_rows(cursor, quote(name)) != (manifest.rows, manifest.digest):
            raise ArchiveError(f"{path} does not give back the rows that were archived; nothing is restored.")
    return name, manifest


def _create(cursor: Any, table: str, manifest: Manifest, path: Path) -> None:
    cursor.execute("SELECT to_regclass(%s)", [table])
    if cursor.fetchone()[0] is not None:
        raise ArchiveError(f"The name {table} is taken; choose another one.")
    columns = ", ".join(f"{quote(each.name)} {each.type}" for each in manifest.columns)
    cursor.execute("SELECT EXISTS (SELECT FROM pg_am WHERE amname = 'columnar' AND amtype = 't')")
    storage = " USING columnar" if cursor.fetchone()[0] else ""
    cursor.execute(f"CREATE TABLE {table} ({columns}){storage}")
    cursor.execute(f"COMMENT ON TABLE {table} IS {literal(f'restored from {path}')}")
    cursor.execute(_FOREIGN, [table])
    for (grantee,) in cursor.fetchall():
        cursor.execute(f"REVOKE ALL ON TABLE {table} FROM {grantee}")
