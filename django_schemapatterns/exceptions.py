"""The errors that are ours; each is also the Django error that a caller would expect."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.exceptions import ImproperlyConfigured
from django.db import DataError, IntegrityError, OperationalError, ProgrammingError
from django.db.transaction import TransactionManagementError

if TYPE_CHECKING:
    from django.db.models import Model


class SchemaPatternsError(Exception):
    """The base of them all: `except SchemaPatternsError` catches whatever this library raises by itself."""


class ConfigurationError(SchemaPatternsError, ImproperlyConfigured):
    """A setting or a declaration is wrong; the message names it and says what it may be."""


class TransactionRequired(SchemaPatternsError, TransactionManagementError):  # noqa: N818 - reads as what is missing
    """The call makes sense only inside an open transaction."""


class AppendOnly(SchemaPatternsError, TypeError):  # noqa: N818 - reads as what the log is
    """The audit log is not to be changed."""


class HistoryIncomplete(SchemaPatternsError, LookupError):  # noqa: N818 - reads as what is wrong
    """The audit log does not hold what is asked for."""


class RestoreConflict(SchemaPatternsError, IntegrityError):  # noqa: N818 - reads as what happened
    """
    A row can not come back: an alive one has taken a place that must be unique.

    constraint: the name of the rule.  row: the alive row, None when the database does not tell.
    """

    constraint: str | None = None
    row: Model | None = None


class ParentDeleted(SchemaPatternsError, IntegrityError):  # noqa: N818 - reads as what is wrong
    """A row can not come back while one that it depends on is deleted."""


class MissingPartition(SchemaPatternsError, IntegrityError):  # noqa: N818 - reads as what is wrong
    """No partition takes the row; the message names the model, the value and what to do."""


class RuleBroken(SchemaPatternsError, IntegrityError):  # noqa: N818 - reads as what happened
    """
    Rows break a rule of the database; the message names the rule and says what it asks for.

    constraint: the name of the rule.  field, attribute: what it is about, where that is known.
    """

    constraint: str | None = None
    field: str | None = None
    attribute: str | None = None


class IndexNotBuilt(SchemaPatternsError, OperationalError):  # noqa: N818 - reads as what happened
    """An index could not be built concurrently; the message says why, and whether something is left of it."""


class ReadOnly(SchemaPatternsError, TypeError):  # noqa: N818 - reads as what the model is
    """The model reads a view, and writes nothing."""


class UnknownSetting(SchemaPatternsError, LookupError):  # noqa: N818 - reads as what is wrong
    """No setting of that name is registered."""


class WrongSetting(SchemaPatternsError, ValueError):  # noqa: N818 - reads as what is wrong
    """A setting holds what is not of its type."""


class NotDeleted(SchemaPatternsError, ValueError):  # noqa: N818 - reads as what is wrong
    """What is to be restored is not deleted."""


class ContextMissing(SchemaPatternsError, ProgrammingError):  # noqa: N818 - reads as what is wrong
    """Nobody acts, and what was to be read or written is for somebody only."""


class ContextInvalid(SchemaPatternsError, DataError):  # noqa: N818 - reads as what is wrong
    """What acts is no key of the type that the database compares it with."""


class ContextRefused(SchemaPatternsError, ProgrammingError):  # noqa: N818 - reads as what happened
    """The database believes none but signed contexts, and this one's is missing, wrong or too old."""


class PolicyInTheWay(SchemaPatternsError, ProgrammingError):  # noqa: N818 - reads as what is wrong
    """What a migration would drop is used by policies, which would go with it; the message names them."""


class NotAllowed(SchemaPatternsError, PermissionError):  # noqa: N818 - reads as what is wrong
    """The role of the connection may not do that; the message says who may."""


class DecryptionError(SchemaPatternsError):
    """
    An encrypted value can not be read: it was changed, copied from elsewhere, or its key is another one.

    field: the label of the field.  place: the column that the value is bound to.
    """

    field: str | None = None
    place: str | None = None

    def add_field(self, field: str, place: str) -> None:
        """Say which field it is about."""
        self.field, self.place = field, place

    def __str__(self) -> str:
        about = f"{self.field} (bound to {self.place}): " if self.field else ""
        return f"{about}{super().__str__()}."


class UnknownKey(DecryptionError, LookupError):  # noqa: N818 - reads as what is wrong
    """
    An encrypted value needs a key that the ring does not have.

    ring: its name.  key_id: the key that is missing.
    """

    def __init__(self, ring: str, key_id: str, known: list[str]) -> None:
        self.ring, self.key_id = ring, key_id
        super().__init__(
            f"the ring {ring!r} has no key {key_id!r}, with which the value was encrypted; it has "
            f"{', '.join(known)}. Put the key back behind the others, and take it away when "
            "`manage.py reencrypt` has found nothing more to do"
        )


class ArchiveError(SchemaPatternsError, OSError):
    """An archive of rows can not be written, does not hold what it should, or can not be read back."""
