"""After `migrate`, each registered setting has a row that says what the code says of it."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, connections, router, transaction
from django.utils import translation

from django_schemapatterns.appsettings import cache
from django_schemapatterns.appsettings.access import as_row
from django_schemapatterns.appsettings.models import ApplicationSetting
from django_schemapatterns.appsettings.registry import registered

TOLD = ("kind", "description", "is_public", "is_secret")


def after_migrate(using: str, **kwargs: Any) -> None:
    """Make missing rows, and renew what the code says in those that are there; values stay."""
    ours = connections[using].vendor == "postgresql" and router.allow_migrate_model(using, ApplicationSetting)
    if not ours or not registered():
        return
    cache._installed.discard(using)
    if cache.is_installed(using):
        with translation.override(None):  # for everybody, whoever migrates
            wanted = [as_row(setting) for setting in registered().values()]
        rows = ApplicationSetting.objects.using(using)
        rows.bulk_create(wanted, ignore_conflicts=True)
        there = {row.name: row for row in rows.all()}
        for row in wanted:
            _renew(there[row.name], row, using)


def _renew(row: ApplicationSetting, wanted: ApplicationSetting, using: str) -> None:
    if all(getattr(row, name) == getattr(wanted, name) for name in TOLD):
        return
    stored = row.stored
    for name in TOLD:
        setattr(row, name, getattr(wanted, name))
    row.stored = stored
    try:
        with transaction.atomic(using=using):
            row.save(using=using)
    except IntegrityError as error:
        if "applicationsetting_" not in str(error):
            raise
        # The value is not of the new kind. It stays for somebody to look at; a check says so.
