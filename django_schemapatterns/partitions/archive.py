"""Rows in files: written, described by a manifest, read again, and only then believed."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from django.db import connections
from django.utils import timezone

from django_schemapatterns.exceptions import ArchiveError
from django_schemapatterns.partitions.formats import BATCH, FORMATS, Column, Format, batches
from django_schemapatterns.partitions.listing import alike
from django_schemapatterns.schema.names import quote

VERSION: Final = 1
MANIFEST: Final = ".manifest.json"

_COLUMNS = """
SELECT attname::text, format_type(atttypid, atttypmod) FROM pg_attribute
WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """
    What a file holds.

    table: whose rows they are.  partition: where they were.  bounds: of which, as PostgreSQL writes them.
    file: its name, beside the manifest.  sha256: of its bytes.
    digest: of the rows, whatever their order is, as PostgreSQL counts it.
    """

    table: str
    partition: str
    bounds: str
    format: str
    file: str
    columns: tuple[Column, ...]
    rows: int
    digest: str
    sha256: str
    written_at: str
    version: int = VERSION

    @classmethod
    def load(cls, path: Path) -> Manifest:
        """Read the manifest at a path, or of the file there; raises ArchiveError."""
        if not path.name.endswith(MANIFEST):
            path = path.with_name(path.name + MANIFEST)
        try:
            given = json.loads(path.read_text(encoding="utf-8"))
            columns = tuple(Column(**each) for each in given.pop("columns"))
            found = cls(columns=columns, **given)
        except OSError as error:
            raise ArchiveError(
                f"{path} can not be read: {error.strerror}. It tells what the file beside it holds."
            ) from None
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ArchiveError(f"{path} is no manifest of an archive: {error}.") from None
        if found.version != VERSION or found.format not in FORMATS:
            raise ArchiveError(f"{path} is of a version or a format that this release does not know.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """
    A folder of archived partitions.

        Archive(folder=Path("/srv/archive")).write("orders_2024_01", table="orders", bounds="…", using=…)
    """

    folder: Path
    format: str = "ndjson"

    def write(self, partition: str, *, table: str, bounds: str, using: str) -> Path:
        """
        Write the rows of a table that nobody changes meanwhile, read them again, and return the file's path.

        A file of the same rows that is there already is kept; one of other rows is an ArchiveError.
        """
        kind = FORMATS[self.format]()
        path = self.folder / f"{_file_name(partition)}{kind.suffix}"
        with alike(using) as cursor:
            cursor.execute(f"LOCK TABLE {partition} IN SHARE MODE")
            columns = _columns(cursor, partition)
            rows, digest = count_rows(cursor, partition)
            if _manifest_path(path).exists():
                verify(path, using=using, rows=rows, digest=digest)
                return path
            _replace(path, lambda place: kind.write(place, columns, _rows(partition, kind, columns, using)))
            manifest = Manifest(
                table=table,
                partition=partition,
                bounds=bounds,
                format=self.format,
                file=path.name,
                columns=columns,
                rows=rows,
                digest=digest,
                sha256=_sha256(path),
                written_at=timezone.now().isoformat(),
            )
            check_content(path, manifest, using=using)
        text = json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n"
        _replace(_manifest_path(path), lambda place: place.write_text(text, encoding="utf-8"))
        return path


def verify(path: Path, *, using: str, rows: int, digest: str) -> Manifest:
    """Return the manifest of a file that is whole and holds exactly these rows; raises ArchiveError."""
    manifest = Manifest.load(path)
    if (manifest.rows, manifest.digest) != (rows, digest):
        raise ArchiveError(
            f"{path} holds {manifest.rows:,} rows that are not the {rows:,} of the partition. Move it away, "
            "and the partition is archived anew."
        )
    check_bytes(path, manifest)
    return manifest


def check_bytes(path: Path, manifest: Manifest) -> None:
    """Raise ArchiveError when a file is not, byte by byte, the one that was written."""
    try:
        found = _sha256(path)
    except OSError as error:
        raise ArchiveError(f"{path} can not be read: {error.strerror}.") from None
    if found != manifest.sha256:
        raise ArchiveError(f"{path} is damaged: its SHA-256 is {found}, not {manifest.sha256}.")


def check_content(path: Path, manifest: Manifest, *, using: str) -> None:
    """Raise ArchiveError when PostgreSQL reads other rows from a file than there are in the partition."""
    rows, digest = 0, 0
    lines = rows_sql(manifest.columns)
    record = f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0) FROM ({lines}) AS t"
    with alike(using) as cursor:
        for batch in read_batches(path, manifest):
            cursor.execute(record, [batch])
            count, part = cursor.fetchone()
            rows, digest = rows + count, digest + int(part)
    if (rows, str(digest)) != (manifest.rows, manifest.digest):
        raise ArchiveError(
            f"{path} does not give back the rows of {manifest.partition}: {rows:,} of {manifest.rows:,}."
        )


def read_batches(path: Path, manifest: Manifest) -> Iterator[str]:
    """Yield the rows of a file, many at a time, as JSON arrays."""
    kind = FORMATS[manifest.format]()
    for batch in batches(kind.read(path, manifest.columns), BATCH):
        yield f"[{','.join(batch)}]"


def rows_sql(columns: Sequence[Column]) -> str:
    """Return the query that makes rows of a JSON array, its one parameter."""
    texts = ", ".join(f"{quote(each.name)} text" for each in columns)
    values = ", ".join(f"{quote(each.name)}::{each.type} AS {quote(each.name)}" for each in columns)
    texts, values = texts.replace("%", "%%"), values.replace("%", "%%")
    return f"SELECT {values} FROM json_to_recordset(%s::json) AS line ({texts})"


def count_rows(cursor: Any, table: str) -> tuple[int, str]:
    """Return how many rows a table has, and their digest, in which their order does not matter."""
    cursor.execute(f"SELECT count(*), coalesce(sum(hashtextextended(t::text, 0)), 0)::text FROM {table} AS t")
    rows, digest = cursor.fetchone()
    return rows, digest


def _rows(table: str, kind: Format, columns: Sequence[Column], using: str) -> Iterator[str]:
    members = ", ".join(f"{kind.expression(each)} AS {quote(each.name)}" for each in columns)
    with connections[using].chunked_cursor() as cursor:
        cursor.execute(f"SELECT row_to_json(line)::text FROM (SELECT {members} FROM {table}) AS line")
        while batch := cursor.fetchmany(BATCH):
            yield from (row for (row,) in batch)


def _columns(cursor: Any, table: str) -> tuple[Column, ...]:
    cursor.execute(_COLUMNS, [table])
    return tuple(Column(*row) for row in cursor.fetchall())


def _file_name(partition: str) -> str:
    return "".join(each if each.isalnum() or each in "._-" else "_" for each in partition.replace('"', ""))


def _manifest_path(path: Path) -> Path:
    return path.with_name(path.name + MANIFEST)


def _replace(path: Path, write: Any) -> None:
    """Write a file so that it is there whole or not at all, also after a crash."""
    place = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(place)
        with place.open("rb+") as file:
            os.fsync(file.fileno())
        place.replace(path)
    except (OSError, ValueError) as error:
        # A value that the format can not hold, such as the timestamp infinity in Parquet, is a ValueError.
        raise ArchiveError(f"{path} can not be written: {error}.") from error
    finally:
        with suppress(OSError):
            place.unlink()


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
