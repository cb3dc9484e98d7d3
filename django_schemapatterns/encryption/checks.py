"""Checks of what the code says about encryption."""

from __future__ import annotations

from typing import Any


def check_field(field: Any) -> list[Any]:
    return []
