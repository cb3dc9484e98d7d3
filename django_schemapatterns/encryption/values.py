"""What stands for an encrypted value where its plain text must not show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

MASK = "********"


class Sealed:
    """An envelope on its way into the database; fields write it as it is."""

    def __init__(self, envelope: bytes) -> None:
        self.envelope = envelope

    def __repr__(self) -> str:
        return f"<encrypted value, {len(self.envelope)} bytes>"


class Fixture(str):
    """
    The text of an envelope in a fixture.

    `loaddata`, which saves instances raw, takes it for one; for all else it is text like any other, since an
    API that somebody sends such a text to would write the value of one row into another.
    """

    __slots__ = ()


class Resealed(Sealed):
    """The same for a row that may have the very value already, under the same header."""

    def __init__(self, envelope: bytes, header: bytes, column: str) -> None:
        super().__init__(envelope)
        self.header, self.column = header, column


class KeepIfSame:
    """
    The SQL that leaves an envelope as it is if its header says that it holds the same value.

    Otherwise each save() would change the bytes, and the audit log would tell of changes that are none.
    """

    def __init__(self, value: Resealed) -> None:
        self.value = value

    def as_sql(self, compiler: Any, connection: BaseDatabaseWrapper) -> tuple[str, list[bytes]]:
        column, header = connection.ops.quote_name(self.value.column), self.value.header
        same = f"substring({column} FROM 1 FOR {len(header)}) = %s"
        return f"CASE WHEN {same} THEN {column} ELSE %s END", [header, self.value.envelope]


class Secret:
    """
    A number or a time that serialisers would write as it is.

    Its text is the plain one, for the inputs of forms; its repr is masked.
    """

    def __init__(self, value: Any) -> None:
        self.value = value

    def __str__(self) -> str:
        return str(self.value)

    def __repr__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return bool(reveal(other) == self.value)

    def __hash__(self) -> int:
        return hash(self.value)


def reveal(value: Any) -> Any:
    """Return the value that a form works with."""
    return value.value if isinstance(value, Secret) else value


def masked(error: ValidationError) -> ValidationError:
    """Return validation errors without the value that they are about."""
    return ValidationError([_masked(each) for each in error.error_list])


def _masked(error: ValidationError) -> ValidationError:
    params = error.params
    if not isinstance(params, dict) or "value" not in params:
        return error
    hidden = {**params, "value": MASK}
    try:
        str(error.message) % hidden
    except (TypeError, ValueError):
        return ValidationError(_("Enter a valid value."), code=error.code)
    return ValidationError(error.message, code=error.code, params=hidden)
