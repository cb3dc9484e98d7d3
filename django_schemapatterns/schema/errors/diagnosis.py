"""What PostgreSQL says of an error, apart from the text that it has in the language of the server."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

# The names stay when the words around them are translated: Key (a, b)=(1, 2) …
_KEY = re.compile(r"\((.+?)\)=\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """
    The fields of an error of the database; one that is not told is empty.

    sqlstate: the code, five characters.  schema, table, column, datatype, constraint: names, unquoted.
    source: the function of PostgreSQL that found it.
    """

    sqlstate: str
    schema: str = ""
    table: str = ""
    column: str = ""
    datatype: str = ""
    constraint: str = ""
    message: str = ""
    detail: str = ""
    source: str = ""

    @classmethod
    def of(cls, error: BaseException | None) -> Diagnosis | None:
        """Return what the driver's error at the bottom of this one says, None where there is none."""
        while error is not None:
            diag: Any = getattr(error, "diag", None)
            if diag is not None:
                return cls._read(diag, error)
            error = error.__cause__
        return None

    @classmethod
    def _read(cls, diag: Any, error: BaseException) -> Diagnosis | None:
        from psycopg import DataError

        # What psycopg refuses by itself, such as a NUL in a text, has no code.
        sqlstate = diag.sqlstate or ("22000" if isinstance(error, DataError) else "")
        if not sqlstate:
            return None
        return cls(
            sqlstate,
            schema=diag.schema_name or "",
            table=diag.table_name or "",
            column=diag.column_name or "",
            datatype=diag.datatype_name or "",
            constraint=diag.constraint_name or "",
            message=diag.message_primary or str(error),
            detail=diag.message_detail or "",
            source=diag.source_function or "",
        )

    @property
    def key_columns(self) -> tuple[str, ...]:
        """The columns of the key that the detail is about; nothing where a role may not know it."""
        found = _KEY.search(self.detail)
        return tuple(name.strip().strip('"') for name in found[1].split(",")) if found else ()

    @property
    def key_value(self) -> str:
        """The values of that key as the database writes them."""
        found = _KEY.search(self.detail)
        return found[2] if found else ""
