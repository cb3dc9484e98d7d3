"""
The pytest plugin: after a test that has flushed the database, the settings and the audit log are empty too;
and fixtures for tests that have the rights of the application, and no others.

A flush truncates the audited tables, which is itself audited; without this, the next test would find that.
pytest loads the plugin by itself wherever the package is installed.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

import pytest

BLOCKER = pytest.StashKey[Any]()
FLUSHING_FIXTURES = {"transactional_db", "django_db_reset_sequences", "live_server"}


@pytest.fixture(scope="session", autouse=True)
def _schemapatterns_database_blocker(request: pytest.FixtureRequest) -> None:
    if request.config.pluginmanager.hasplugin("django"):
        request.config.stash[BLOCKER] = request.getfixturevalue("django_db_blocker")


@pytest.fixture(scope="session")
def database_roles(request: pytest.FixtureRequest) -> None:
    """The roles and grants of SCHEMAPATTERNS["ROLES"] in the test database."""
    from django_schemapatterns.testing.rowsecurity import apply_roles

    request.getfixturevalue("django_db_setup")
    with request.getfixturevalue("django_db_blocker").unblock():
        apply_roles()


@pytest.fixture
def application_role(request: pytest.FixtureRequest) -> Iterator[None]:
    """Let the test run as the role `readwrite`: policies and grants hold for it as for the application."""
    from django_schemapatterns.testing.rowsecurity import running_as_application

    request.getfixturevalue("database_roles")
    if "transactional_db" not in request.fixturenames:
        request.getfixturevalue("db")
    with running_as_application():
        yield


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    yield
    blocker = item.config.stash.get(BLOCKER, None)
    if blocker is not None and flushes(item):
        with blocker.unblock():
            _follow_flush()


def flushes(item: pytest.Item) -> bool:
    """Tell whether the database is flushed after a test, by the rules of pytest-django."""
    from django.test import TestCase, TransactionTestCase

    marker = item.get_closest_marker("django_db")
    by_marker = marker and [*marker.args[:2], *map(marker.kwargs.get, ("transaction", "reset_sequences"))]
    by_fixture = FLUSHING_FIXTURES.intersection(getattr(item, "fixturenames", ()))
    cls = getattr(item, "cls", None) or object
    by_class = issubclass(cls, TransactionTestCase) and not issubclass(cls, TestCase)
    return bool(by_class or by_fixture or any(by_marker or ()))


def _follow_flush() -> None:
    from django.apps import apps
    from django.db import connections

    from django_schemapatterns.testing.audit import follow_flush

    if apps.is_installed("django_schemapatterns"):
        for alias in connections:
            follow_flush(using=alias)
