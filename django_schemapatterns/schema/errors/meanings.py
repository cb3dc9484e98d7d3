"""What errors of a pattern's own triggers and policies mean, as the pattern says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_schemapatterns.schema.errors.diagnosis import Diagnosis

if TYPE_CHECKING:
    from django.core.exceptions import ValidationError
    from django.db.models import Model


@dataclass(frozen=True, slots=True)
class Refusal:
    """
    An error of the database, and what was being written.

    instance: the row, if it is known.  using: where to ask more, None while the transaction is broken.
    """

    diagnosis: Diagnosis
    model: type[Model]
    instance: Model | None = None
    using: str | None = None


Meaning = Callable[[Refusal], "ValidationError | None"]
_meanings: dict[tuple[str, str], Meaning] = {}


def declare_meaning(sqlstate: str, constraint: str, meaning: Meaning) -> None:
    """
    Say what an error of a trigger means to people.

        declare_meaning("23503", "alive_reference", lambda refusal: ValidationError({...}))

    sqlstate, constraint: as in RAISE … USING ERRCODE, CONSTRAINT; empty where an error names none.
    """
    _meanings[sqlstate, constraint] = meaning


def declared(diagnosis: Diagnosis) -> Meaning | None:
    """Return what a pattern has said."""
    return _meanings.get((diagnosis.sqlstate, diagnosis.constraint))
