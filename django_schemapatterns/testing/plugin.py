"""
The pytest plugin: after a test that has flushed the database, the audit log is empty too.

A flush truncates the audited tables, which is itself audited; without this, the next test would find that.
pytest loads the plugin by itself wherever the package is installed.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Any

import pytest

BLOCKER = pytest.StashKey[Any]()


@pytest.fixture(scope="session", autouse=True)
def _schemapatterns_database_blocker(request: pytest.FixtureRequest) -> None:
    if request.config.pluginmanager.hasplugin("django"):
        request.config.stash[BLOCKER] = request.getfixturevalue("django_db_blocker")


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    yield
    blocker = item.config.stash.get(BLOCKER, None)
    if blocker is not None:
        with blocker.unblock():
            _follow_flush()


def _follow_flush() -> None:
    from django.apps import apps
    from django.db import connections

    from django_schemapatterns.testing.audit import follow_flush

    if apps.ready and apps.is_installed("django_schemapatterns"):
        for alias in connections:
            follow_flush(using=alias)
