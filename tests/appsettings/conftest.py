from __future__ import annotations

from collections.abc import Iterator

import pytest

from django_schemapatterns import appsettings
from django_schemapatterns.appsettings import cache, registry


@pytest.fixture(autouse=True)
def _fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Register nothing for others, and remember nothing of them."""
    monkeypatch.setattr(registry, "_registered", dict(registry._registered))
    cache.forget()
    cache._writing.set(None)
    yield
    cache.forget()


@pytest.fixture
def size() -> appsettings.Setting[int]:
    return appsettings.register("tests.page_size", int, default=20)
