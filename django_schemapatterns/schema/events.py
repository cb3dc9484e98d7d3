"""What a change of columns means to a pattern: whoever shows the change can say so, and knows no pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise


@dataclass(frozen=True, slots=True)
class Event:
    """
    A change of a row that has a name, such as a soft delete.

    name: for programs.  label: for people.  batch: what it has in common with events of other rows.
    """

    name: str
    label: _StrOrPromise
    batch: str | None = None


Reader = Callable[[Mapping[str, Any]], Event | None]
_readers: dict[str, Reader] = {}


def declare(pattern: str, reader: Reader) -> None:
    """Say how a pattern reads {column: [old, new]} of the columns that an update has changed."""
    _readers[pattern] = reader


def read(changes: Mapping[str, Any]) -> Event | None:
    """Return what an update means, None when it is just an update."""
    return next((event for reader in _readers.values() if (event := reader(changes))), None)
