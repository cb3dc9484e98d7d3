from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from tests.example.making import make_user

StaffMaker = Callable[..., Client]


@pytest.fixture
def root(client: Client) -> Client:
    """A superuser's browser."""
    client.force_login(make_user(username="root", is_staff=True, is_superuser=True))
    return client


@pytest.fixture
def staff() -> StaffMaker:
    """Makes browsers of staff with permissions such as `testapp.view_article`; everybody may read the log."""

    def make(*permissions: str, log: bool = True, username: str = "staff") -> Client:
        user = make_user(username=username, is_staff=True)
        for permission in [*permissions, "schemapatterns.view_auditlog"] if log else permissions:
            app, _, codename = permission.partition(".")
            user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
        browser = Client()
        browser.force_login(user)
        return browser

    return make
