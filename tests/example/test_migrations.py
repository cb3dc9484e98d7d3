from __future__ import annotations

import pytest
from django.core.management import call_command

pytestmark = pytest.mark.django_db


def test_migrations_say_what_the_models_say() -> None:
    call_command("makemigrations", "accounts", "shop", check=True, dry_run=True, verbosity=0)


def test_system_checks_find_nothing() -> None:
    call_command("check", "accounts", "shop", fail_level="WARNING", databases=["default"])
