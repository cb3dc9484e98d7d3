"""The comment that says a partition is ours to maintain, and where one that was detached came from."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Final

# What is attached says no more: the catalog knows its table and its bounds.
ATTACHED: Final = "django-schemapatterns: partition"
DETACHED: Final = "django-schemapatterns: detached partition "


@dataclass(frozen=True, slots=True, kw_only=True)
class Detached:
    """
    What the comment of a detached partition tells.

    parent: its table, as `"schema"."table"`.  bounds: as pg_get_expr() wrote them.
    at: when it was detached, as text in ISO 8601; None while that goes on.
    archive: the file that holds its rows, None before it does.
    """

    parent: str
    bounds: str
    at: str | None = None
    archive: str | None = None

    @property
    def comment(self) -> str:
        return DETACHED + json.dumps(asdict(self), ensure_ascii=False)

    @property
    def since(self) -> datetime | None:
        return datetime.fromisoformat(self.at).astimezone(UTC) if self.at else None


def is_ours(comment: str | None) -> bool:
    """Return whether the comment of a table is our mark; nothing without it is ever moved or dropped."""
    return comment == ATTACHED or read(comment) is not None


def read(comment: str | None) -> Detached | None:
    """Return what the comment of a detached partition says, None for every other comment."""
    if comment is None or not comment.startswith(DETACHED):
        return None
    try:
        return Detached(**json.loads(comment.removeprefix(DETACHED)))
    except (TypeError, ValueError):
        return None
