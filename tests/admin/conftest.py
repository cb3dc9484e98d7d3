from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from example_project.accounts.models import User
from tests.example.making import make_user

StaffMaker = Callable[..., Client]


@pytest.fixture
def root(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make_user(username="root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def staff() -> StaffMaker:
    """Makes browsers of staff with permissions such as `view_article`; everybody may read the log."""

    def make(*codenames: str, log: bool = True, username: str = "staff") -> Client:
        user = make_user(username=username, is_staff=True)
        wanted = [*codenames, "view_auditlog"] if log else codenames
        user.user_permissions.set(Permission.objects.filter(codename__in=wanted))
        assert user.user_permissions.count() == len(set(wanted))
        browser = Client()
        browser.force_login(User.objects.get(pk=user.pk))
        return browser

    return make
