from __future__ import annotations

import pytest
from django.contrib.auth import authenticate
from django.core.management import call_command
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from example_project.accounts.models import Role, User, UserRole, UserStatus
from example_project.shop.demo.browser import FormReader
from tests.example.making import make_staff, make_user

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse"


def make_superuser() -> User:
    return User.objects.create_superuser("boss", "Boss@Example.com", PASSWORD)


def test_superuser_logs_in_to_the_admin(client: Client) -> None:
    make_superuser()
    form = {"username": "boss", "password": PASSWORD, "next": reverse("admin:index")}

    answer = client.post(reverse("admin:login"), form, follow=True)

    assert answer.request["PATH_INFO"] == reverse("admin:index")
    assert "Log out" in answer.text


def test_createsuperuser_needs_no_more_than_django_asks_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", PASSWORD)

    call_command("createsuperuser", interactive=False, username="boss", email="boss@example.com", verbosity=0)

    user = User.objects.get(username="boss")
    user.full_clean()
    assert user.check_password(PASSWORD)


def test_email_is_kept_in_lower_case() -> None:
    assert make_superuser().email == "boss@example.com"


@pytest.mark.parametrize("status", [status for status in UserStatus if status != UserStatus.ACTIVE])
def test_only_active_users_log_in(status: UserStatus) -> None:
    user = make_superuser()
    User.objects.filter(pk=user.pk).update(status=status)

    assert authenticate(username="boss", password=PASSWORD) is None


def test_queries_filter_on_is_active() -> None:
    active, _ = make_user(), make_user(status=UserStatus.SUSPENDED)

    assert User.objects.get(Q(is_active=True)) == active
    assert active.is_active
    assert not User.objects.get(Q(is_active=False)).is_active
    assert "is_active" not in User.objects.values()[0]


def test_people_are_found_by_permission() -> None:
    boss, gone = make_superuser(), make_staff(status=UserStatus.INACTIVE)

    allowed = User.objects.with_perm("shop.view_product")

    assert boss in allowed
    assert gone not in allowed


def test_admin_edits_roles_and_notes_who_gave_them(client: Client) -> None:
    boss, user = make_staff(), make_user()
    kept, given, taken = (Role.objects.create(name=name) for name in ("kept", "given", "taken"))
    user.roles.add(kept, taken)
    client.force_login(boss)
    url = reverse("admin:accounts_user_change", args=[user.pk])
    form = FormReader(client.get(url).text).values

    answer = client.post(url, {**form, "held_roles": [kept.pk, given.pk]})

    assert answer.status_code == 302
    givers = dict(UserRole.objects.filter(user=user).values_list("role__name", "assigned_by"))
    assert givers == {"kept": None, "given": boss.pk}


def test_admin_adds_a_user(client: Client) -> None:
    client.force_login(make_staff())
    person = {"username": "grace", "email": "Grace@example.com", "first_name": "Grace", "last_name": "Hopper"}
    passwords = {"usable_password": "true", "password1": "a-long-secret", "password2": "a-long-secret"}

    client.post(reverse("admin:accounts_user_add"), person | passwords)

    user = User.objects.get(username="grace")
    assert user.email == "grace@example.com"
    assert user.check_password("a-long-secret")
