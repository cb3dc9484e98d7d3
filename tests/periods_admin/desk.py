"""Staff at the admin of products, with some permissions or all."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from example_project.shop.demo.browser import FormReader
from tests.example.making import make_user
from tests.softdelete_admin.desk import browser, text

__all__ = ["browser", "clerk", "entered", "send", "text", "url"]


def clerk(*codenames: str) -> Client:
    """Log in somebody with nothing but these permissions."""
    user = make_user(is_staff=True)
    found = Permission.objects.filter(content_type__app_label="periodtests", codename__in=codenames)
    assert found.count() == len(codenames)
    user.user_permissions.set(found)
    return browser(user)


def url(owner: Any, page: str = "change", version: Any = None) -> str:
    options = owner._meta
    if page in ("change", "add"):
        keys = [owner.pk] if page == "change" else []
        return reverse(f"admin:{options.app_label}_{options.model_name}_{page}", args=keys)
    keys = [owner.pk, f"{options.model_name}{'rate' if options.model_name == 'tariff' else 'price'}"]
    return reverse(
        f"admin:{options.app_label}_{options.model_name}_{page}",
        args=[*keys, *([version.pk] if version else [])],
    )


def entered(moment: datetime) -> dict[str, str]:
    """A moment as the admin's two fields have it."""
    local = timezone.localtime(moment)
    return {"effective_from_0": f"{local:%Y-%m-%d}", "effective_from_1": f"{local:%H:%M:%S}"}


def send(client: Client, address: str, values: dict[str, Any]) -> Any:
    """Open a form, fill some of it in, and send all of it."""
    page = client.get(address)
    assert page.status_code == 200
    return client.post(address, {**FormReader(page.text).values, **values}, follow=True)
