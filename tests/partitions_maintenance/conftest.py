"""A table of bookings by month, that no other test knows of."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from django_schemapatterns.schema import maintained
from tests.partitions_maintenance.tools import Bookings


@pytest.fixture
def bookings() -> Iterator[Bookings]:
    """Give the table without partitions; it may be committed, and is gone afterwards."""
    made = Bookings()
    known = list(maintained._sources)
    maintained._sources[:] = [made.source]
    yield made
    maintained._sources[:] = known
