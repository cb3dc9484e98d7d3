"""A table of bookings by month, that no other test knows of."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection

from django_schemapatterns.schema import maintained
from tests.partitions_maintenance.tools import Bookings, execute


@pytest.fixture
def bookings(monkeypatch: pytest.MonkeyPatch) -> Bookings:
    """Give a table that is yet to be made; it is known to the maintenance meanwhile."""
    made = Bookings()
    monkeypatch.setattr(maintained, "_sources", [made.source])
    return made


@pytest.fixture
def shared(django_db_setup: None, django_db_blocker: Any, bookings: Bookings) -> Iterator[Bookings]:
    """Give bookings that other sessions see; no other table is touched, so that none has to be flushed."""
    with django_db_blocker.unblock():
        try:
            yield bookings
        finally:
            connection.close()
            execute("DROP TABLE IF EXISTS bookings, bookings_2026_01, bookings_2026_02")
            connection.close()
