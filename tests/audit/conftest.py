from __future__ import annotations

from collections.abc import Iterator

import pytest

from django_schemapatterns.audit import objects


@pytest.fixture(autouse=True)
def forgotten_models() -> Iterator[None]:
    """Let the models that a test makes be audited for the test's time only."""
    known = dict(objects._audited)
    yield
    objects._audited.clear()
    objects._audited.update(known)
