"""The admin shows an input for each kind, hides secrets, and overwrites nobody's change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.core.validators import MinValueValidator
from django.test import Client
from django.urls import reverse

from django_schemapatterns import appsettings
from django_schemapatterns.appsettings.sync import after_migrate
from django_schemapatterns.models import ApplicationSetting, AuditLog
from tests.softdelete.tools import execute

pytestmark = pytest.mark.django_db

LIST = "admin:schemapatterns_applicationsetting_changelist"


@pytest.fixture
def desk(client: Client) -> Client:
    user: Any = get_user_model()
    client.force_login(user.objects.create_superuser(email="ada@example.com", username="ada", password="x"))
    return client


def made(name: str, kind: Any, **options: Any) -> ApplicationSetting:
    setting = appsettings.register(name, kind, **options)
    after_migrate("default")
    return ApplicationSetting.objects.get(category=setting.category, key=setting.key)


def page(row: ApplicationSetting) -> str:
    return reverse("admin:schemapatterns_applicationsetting_change", args=[row.pk])


KINDS: list[tuple[Any, Any, dict[str, str], Any, str]] = [
    (str, "a", {"new_value": "é <b>"}, "é <b>", 'type="text"'),
    (int, 1, {"new_value": "50"}, 50, 'type="number"'),
    (Decimal, Decimal(1), {"new_value": "1.50"}, Decimal("1.50"), 'step="any"'),
    (bool, True, {"new_value": "false"}, False, "<select"),
    (date, date(2026, 1, 1), {"new_value": "2026-02-03"}, date(2026, 2, 3), "vDateField"),
    (
        datetime,
        datetime(2026, 1, 1, tzinfo=UTC),
        {"new_value_0": "2026-02-03", "new_value_1": "04:05:06"},
        datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC),
        "vTimeField",
    ),
    (timedelta, timedelta(0), {"new_value": "1 02:03:04"}, timedelta(days=1, seconds=7384), 'type="text"'),
    (dict, {}, {"new_value": '{"a": [1]}'}, {"a": [1]}, "<textarea"),
]


@pytest.mark.parametrize(("kind", "default", "posted", "value", "shown"), KINDS)
def test_each_kind_has_its_input(
    kind: Any, default: Any, posted: dict[str, str], value: Any, shown: str, desk: Client
) -> None:
    row = made("tests.thing", kind, default=default, description="What it is for")

    form = desk.get(page(row)).content.decode()
    answer = desk.post(page(row), {**posted, "version": row.version})

    assert shown in form
    assert "What it is for" in form
    assert answer.status_code == 302, answer.context["errors"]
    assert appsettings.get_setting("tests.thing") == value
    assert desk.get(page(row)).status_code == desk.get(reverse(LIST)).status_code == 200
    assert AuditLog.objects.for_object(row).get().user_label == "ada"


def test_an_empty_input_means_the_default(desk: Client) -> None:
    row = made("tests.thing", int, default=20)
    appsettings.set_setting("tests.thing", 50)
    row.refresh_from_db()

    desk.post(page(row), {"new_value": "", "version": row.version})

    assert appsettings.get_setting("tests.thing") == 20
    assert "20 (default)" in desk.get(reverse(LIST)).content.decode()


def test_choices_are_offered(desk: Client) -> None:
    row = made("tests.thing", int, default=1, choices=[(1, "One"), (2, "Two")])

    assert "Two</option>" in desk.get(page(row)).content.decode()
    desk.post(page(row), {"new_value": "2", "version": row.version})
    assert appsettings.get_setting("tests.thing") == 2
    answer = desk.post(page(row), {"new_value": "3", "version": row.version + 1})
    assert "new_value" in answer.context["adminform"].form.errors


@pytest.mark.parametrize("posted", ["0", "x", "1.5", "9" * 30])
def test_what_is_wrong_is_told_at_the_input(posted: str, desk: Client) -> None:
    row = made("tests.thing", int, default=1, validators=[MinValueValidator(1)])

    answer = desk.post(page(row), {"new_value": posted, "version": row.version})

    assert answer.status_code == 200
    assert "new_value" in answer.context["adminform"].form.errors


@pytest.mark.parametrize(
    "change",
    [
        lambda row: appsettings.set_setting("tests.thing", 30),
        lambda row: execute("UPDATE schemapatterns.application_setting SET value = '30' WHERE key = 'thing'"),
    ],
)
def test_a_change_by_somebody_else_meanwhile_is_told_and_not_overwritten(
    change: Callable[[Any], Any], desk: Client
) -> None:
    row = made("tests.thing", int, default=20)
    change(row)

    answer = desk.post(page(row), {"new_value": "50", "version": row.version})

    [message] = answer.context["adminform"].form.non_field_errors()
    assert message == "Somebody else has changed this setting meanwhile. It is now: 30"
    assert appsettings.get_setting("tests.thing") == 30


def test_a_form_without_its_version_is_refused(desk: Client) -> None:
    row = made("tests.thing", int, default=20)

    assert desk.post(page(row), {"new_value": "50"}).status_code == 200
    assert appsettings.get_setting("tests.thing") == 20


def test_a_secret_is_never_shown_and_an_empty_input_keeps_it(desk: Client) -> None:
    row = made("tests.token", str, default="d3fault", secret=True)
    assert "d3fault" not in desk.get(page(row)).content.decode() + desk.get(reverse(LIST)).content.decode()

    desk.post(page(row), {"new_value": "s3cret", "version": row.version})
    row.refresh_from_db()
    shown = desk.get(page(row)).content.decode() + desk.get(reverse(LIST)).content.decode()
    desk.post(page(row), {"new_value": "", "version": row.version})

    assert appsettings.get_setting("tests.token") == "s3cret"
    assert "s3cret" not in shown
    assert "********" in shown
    history = desk.get(reverse("admin:schemapatterns_applicationsetting_history", args=[row.pk]))
    assert "s3cret" not in history.content.decode()


def test_a_secret_that_is_no_text_has_its_type(desk: Client) -> None:
    row = made("tests.pin", int, default=0, secret=True)

    desk.post(page(row), {"new_value": "4711", "version": row.version})

    assert appsettings.get_setting("tests.pin") == 4711


def test_an_action_resets_to_the_default(desk: Client) -> None:
    row = made("tests.thing", int, default=20)
    appsettings.set_setting("tests.thing", 50)

    desk.post(reverse(LIST), {"action": "reset_to_default", "_selected_action": [row.pk]})

    assert appsettings.get_setting("tests.thing") == 20


def test_who_may_only_view_sees_values_and_no_secrets(client: Client) -> None:
    row = made("tests.thing", int, default=20)
    secret = made("tests.token", str, default="d3fault", secret=True)
    user: Any = get_user_model()
    viewer = user.objects.create_user(
        email="v@example.com", username="viewer", is_staff=True, first_name="V", last_name="W"
    )
    viewer.user_permissions.add(Permission.objects.get(codename="view_applicationsetting"))
    client.force_login(viewer)

    assert "20" in client.get(page(row)).content.decode()
    assert "d3fault" not in client.get(page(secret)).content.decode()
    assert client.post(page(row), {"new_value": "1", "version": row.version}).status_code == 403


def test_rows_come_and_go_with_the_code(desk: Client) -> None:
    row = made("tests.thing", int, default=20)
    stranger = ApplicationSetting.objects.create(category="old", key="thing", kind="date", value="2026-01-02")

    assert desk.get(reverse("admin:schemapatterns_applicationsetting_add")).status_code == 403
    assert desk.get(page(row).replace("change", "delete")).status_code == 403
    assert desk.post(page(stranger), {"new_value": "2026-03-04", "version": 1}).status_code == 302
    assert desk.post(page(stranger).replace("change", "delete"), {"post": "yes"}).status_code == 302
    assert not ApplicationSetting.objects.filter(category="old").exists()
