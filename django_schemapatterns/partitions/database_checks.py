"""Checks that partitions are there when rows come: run by `check --database` and `migrate`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Error, Warning as Warn
from django.db import connections
from django.utils import timezone

from django_schemapatterns import conf
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions.finding import listings
from django_schemapatterns.partitions.listing import COUNTED, rows_in_default
from django_schemapatterns.partitions.plan import missing_after
from django_schemapatterns.schema import catalog
from django_schemapatterns.schema.checks import migrated

if TYPE_CHECKING:
    from django_schemapatterns.partitions.listing import Listing

# A trigger that is off on one partition alone does not see that partition's rows.
_SILENT = """
SELECT child.tgname::text, child.tgrelid::regclass::text
FROM pg_trigger AS child JOIN pg_trigger AS parent ON parent.oid = child.tgparentid
WHERE child.tgenabled = 'D' AND parent.tgenabled <> 'D'
  AND child.tgrelid IN (SELECT relid FROM pg_partition_tree(%s)) ORDER BY 2, 1
"""


def check_partitions_database(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Look at the partitions of every table that is partitioned by time."""
    return [
        message
        for connection in migrated(databases)
        if "create_partition" in catalog.functions(connection)
        for listing in listings((), using=connection.alias)
        for message in _check(listing, connection.alias)
    ]


def check_archive(**kwargs: Any) -> list[CheckMessage]:
    """Find out whether archives can be written in the form that the settings name."""
    settings = _settings()
    if settings.partitions_archive_format != "parquet" or _is_installed("pyarrow"):
        return []
    return [
        Error(
            "Partitions can not be archived in Parquet: pyarrow is not installed.",
            hint='Install "django-schemapatterns[parquet]", or set PARTITIONS_ARCHIVE_FORMAT to "ndjson".',
            id="schemapatterns.E545",
        )
    ]


def check_kept(**kwargs: Any) -> list[CheckMessage]:
    """Find a log that is dropped without being archived (`check --deploy`)."""
    settings = _settings()
    if not settings.audit_keep or settings.partitions_archive:
        return []
    return [
        Warn(
            f"Entries of the audit log older than {settings.audit_keep} are dropped without being archived.",
            hint="Set PARTITIONS_ARCHIVE to a folder; silence this check if nobody will ever ask for them.",
            id="schemapatterns.W544",
        )
    ]


def _settings() -> conf.Settings:
    try:
        return conf.get()
    except ConfigurationError:
        return conf.Settings()  # E004 tells what is wrong


def _is_installed(module: str) -> bool:
    try:
        return find_spec(module) is not None
    except ValueError:
        return False


def _check(listing: Listing, alias: str) -> Iterator[CheckMessage]:
    label = listing.table.label
    missing = missing_after(listing, timezone.now())
    if missing:
        others = "go into the default partition" if listing.default else "are refused"
        yield Warn(
            f"{label} has no partition for rows from {missing[0].low:%Y-%m-%d} on; they {others}.",
            hint=f"Run `manage.py partitions ensure {label}`, and let a scheduler do so every day.",
            id="schemapatterns.W540",
        )
    waiting = rows_in_default(listing, using=alias)
    if waiting:
        number = f"More than {COUNTED:,}" if waiting > COUNTED else f"{waiting:,}"
        yield Warn(
            f"{label}: {number} rows are in the default partition.",
            hint=f"Run `manage.py partitions drain {label}`, which brings them into partitions of their own.",
            id="schemapatterns.W541",
        )
    for partition in listing.partitions:
        if partition.is_pending:
            yield Warn(
                f"{label}: detaching {partition.name} was interrupted; its rows are not to be seen.",
                hint=f"Run `manage.py partitions expire {label}`, which finishes it.",
                id="schemapatterns.W542",
            )
    yield from _check_triggers(listing, alias)


def _check_triggers(listing: Listing, alias: str) -> Iterator[CheckMessage]:
    with connections[alias].cursor() as cursor:
        cursor.execute(_SILENT, [listing.oid])
        for name, relation in cursor.fetchall():
            yield Warn(
                f"{listing.table.label}: the trigger {name} is disabled on {relation} alone.",
                hint=f"ALTER TABLE {relation} ENABLE TRIGGER {name};",
                id="schemapatterns.W543",
            )
