"""
Models whose rows say something about rows of another, and go where these go.

Patterns that deal with the rows that depend on a row leave them to the triggers that they bring themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from django.db.models import Model

_bases: list[type[Model]] = []


def declare_follower(base: type[Model]) -> None:
    """Say that rows of the children of an abstract model follow the rows that they point at."""
    _bases.append(base)


def is_follower(model: type[Model]) -> bool:
    """Return whether rows of a model follow the rows that they point at."""
    return issubclass(model, tuple(_bases))
