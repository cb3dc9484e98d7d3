from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker

from tests.roles.house import House, house, migrated_database, new_roles

__all__ = ["migrated_database"]


@pytest.fixture(autouse=True)
def _unblocked(django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """These tests have databases of their own, and no transaction that Django rolls back."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def home(migrated_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """A database whose roles are as declared."""
    with django_db_blocker.unblock(), house(new_roles()) as made:
        made.dbroles("apply")
        yield made


@pytest.fixture
def bare(migrated_database: None) -> Iterator[House]:
    """A database that knows nothing of roles yet."""
    with house(new_roles()) as made:
        yield made
