"""Checks that what the database holds is what the code expects: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core import checks
from django.core.checks import CheckMessage
from django.core.exceptions import ValidationError
from django.db import router

from django_schemapatterns.appsettings import cache
from django_schemapatterns.appsettings.access import read_value
from django_schemapatterns.appsettings.models import ApplicationSetting
from django_schemapatterns.appsettings.registry import Setting, registered
from django_schemapatterns.exceptions import WrongSetting
from django_schemapatterns.schema.checks import migrated


def check_settings_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find values that the registered settings do not allow, since they changed or raw SQL wrote them."""
    return [
        message
        for connection in migrated(databases)
        if router.allow_migrate_model(connection.alias, ApplicationSetting)
        and cache.is_installed(connection.alias)
        for message in _check_rows(connection.alias)
    ]


def _check_rows(alias: str) -> Iterator[CheckMessage]:
    known = registered()
    for row in ApplicationSetting.objects.using(alias).all():
        setting = known.get(row.name)
        if setting is not None and (problem := _problem(setting, row.stored)):
            yield checks.Warning(
                f"The setting {row.name} holds what its registration does not allow: {problem}",
                hint="Change it in the admin, or by appsettings.set_setting().",
                id="schemapatterns.W630",
            )


def _problem(setting: Setting[Any], stored: Any) -> str:
    if stored is None:
        return ""
    try:
        setting.clean(read_value(setting, stored))
    except WrongSetting:
        return f"a value that is not of type {setting.type.__name__}."
    except ValidationError as error:
        return "a secret." if setting.is_secret else " ".join(error.messages)
    return ""
