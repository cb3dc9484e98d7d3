"""The files that rows are archived in: lines of JSON, compressed, or Parquet."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import Any, ClassVar, Final, Protocol

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.names import quote

BATCH: Final = 2000
BEYOND: Final = (
    "Parquet has no infinity and no year before 1 or after 9999, which NDJSON has. "
    'Run it once with PARTITIONS_ARCHIVE_FORMAT = "ndjson"'
)
_NUMBERS: Final = {"smallint", "integer", "bigint", "real", "double precision", "numeric", "boolean"}
_TIMES: Final = {"timestamp with time zone", "timestamp without time zone", "date"}


@dataclass(frozen=True, slots=True)
class Column:
    """A column, and its type as PostgreSQL writes it."""

    name: str
    type: str

    @property
    def base(self) -> str:
        """Return the type without what is in parentheses: numeric for numeric(10,2)."""
        head, _, tail = self.type.partition("(")
        return head.strip() + tail.partition(")")[2] if tail else self.type


class Format(Protocol):
    """
    A kind of file.

    Rows are JSON objects, as texts: a member for each column, whose value is a text that PostgreSQL reads, or
    a number, a truth value or null that says the same.
    """

    suffix: ClassVar[str]

    def expression(self, column: Column) -> str:
        """Return the SQL that makes a member's value of a column."""
        ...

    def write(self, path: Path, columns: Sequence[Column], rows: Iterable[str]) -> None: ...

    def read(self, path: Path, columns: Sequence[Column]) -> Iterator[str]: ...


class Lines:
    """A JSON object a line, in gzip."""

    suffix: ClassVar[str] = ".ndjson.gz"

    def expression(self, column: Column) -> str:
        name = quote(column.name)
        if column.base in _NUMBERS | _TIMES:
            return f"to_json({name})"
        if column.base == "jsonb":
            shape = f"jsonb_typeof({name}) IN ('object', 'array')"
            return f"CASE WHEN {shape} THEN {name}::json ELSE to_json({name}::text) END"
        if column.base == "json":
            # As it is, where it is an object or a list in one line without spaces around; else it is a text.
            shape = f"{name}::text ~ '^[[{{][^\\n\\r]*[]}}]$'"
            return f"CASE WHEN {shape} THEN {name} ELSE to_json({name}::text) END"
        return f"to_json({name}::text)"

    def write(self, path: Path, columns: Sequence[Column], rows: Iterable[str]) -> None:
        # The same rows make the same file: no name and no time within.
        with path.open("wb") as raw, gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as file:
            for row in rows:
                file.write(row.encode() + b"\n")

    def read(self, path: Path, columns: Sequence[Column]) -> Iterator[str]:
        with gzip.open(path, "rt", encoding="utf-8", newline="\n") as file:
            yield from file


class Parquet:
    """Columns of numbers, truth values, times and, for everything else, texts; needs pyarrow."""

    suffix: ClassVar[str] = ".parquet"

    def __init__(self) -> None:
        try:
            import pyarrow  # noqa: ICN001
            from pyarrow import parquet
        except ImportError:
            raise ConfigurationError(
                'Archives in Parquet need pyarrow: pip install "django-schemapatterns[parquet]".'
            ) from None
        self.arrow, self.parquet = pyarrow, parquet

    def expression(self, column: Column) -> str:
        name = quote(column.name)
        return f"to_json({name})" if self._reader(column) else f"to_json({name}::text)"

    def write(self, path: Path, columns: Sequence[Column], rows: Iterable[str]) -> None:
        schema = self.arrow.schema([(each.name, self._type(each)) for each in columns])
        readers = {each.name: reader for each in columns if (reader := self._reader(each))}
        with self.parquet.ParquetWriter(path, schema, compression="zstd") as file:
            for batch in batches(rows, BATCH * 5):
                values = [_typed(json.loads(row), readers) for row in batch]
                file.write_table(self.arrow.Table.from_pylist(values, schema=schema))

    def read(self, path: Path, columns: Sequence[Column]) -> Iterator[str]:
        with self.parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(BATCH):
                for row in batch.to_pylist():
                    yield json.dumps({name: _text(value) for name, value in row.items()})

    def _type(self, column: Column) -> Any:
        arrow = self.arrow
        return {
            "smallint": arrow.int16(),
            "integer": arrow.int32(),
            "bigint": arrow.int64(),
            "real": arrow.float32(),
            "double precision": arrow.float64(),
            "boolean": arrow.bool_(),
            "timestamp with time zone": arrow.timestamp("us", tz="UTC"),
            "date": arrow.date32(),
        }.get(column.base, arrow.string())

    def _reader(self, column: Column) -> Callable[[Any], Any] | None:
        readers: dict[str, Callable[[Any], Any]] = {
            **dict.fromkeys(["smallint", "integer", "bigint"], int),
            **dict.fromkeys(["real", "double precision"], float),
            "boolean": bool,
            "timestamp with time zone": lambda text: datetime.fromisoformat(text).astimezone(UTC),
            "date": date.fromisoformat,
        }
        return readers.get(column.base)


FORMATS: Final[dict[str, Callable[[], Format]]] = {"ndjson": Lines, "parquet": Parquet}


def batches(rows: Iterable[str], size: int = BATCH) -> Iterator[list[str]]:
    """Yield the rows in lists of so many."""
    remaining = iter(rows)
    while batch := list(islice(remaining, size)):
        yield batch


def _typed(row: dict[str, Any], readers: dict[str, Callable[[Any], Any]]) -> dict[str, Any]:
    try:
        return {
            name: readers[name](value) if name in readers and value is not None else value
            for name, value in row.items()
        }
    except ValueError as error:
        raise ValueError(f"{error}; {BEYOND}") from error


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime | date):
        return value.isoformat()
    return repr(value)
