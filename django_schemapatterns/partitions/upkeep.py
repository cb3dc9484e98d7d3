"""Partitions that a migrated database has from the start."""

from __future__ import annotations

from typing import Any

from django.db import connections, router
from django.utils import timezone

from django_schemapatterns.partitions.ensure import ensure
from django_schemapatterns.partitions.finding import listings
from django_schemapatterns.partitions.plan import missing_after
from django_schemapatterns.partitions.sources import partitioned_models
from django_schemapatterns.schema import catalog


def after_migrate(using: str, **kwargs: Any) -> None:
    """Make the partitions that models lack; what can not be made is told by the checks and the command."""
    connection = connections[using]
    if connection.vendor != "postgresql" or not router.allow_migrate(using, "schemapatterns"):
        return
    tables = list(partitioned_models())
    if not tables or "create_partition" not in catalog.functions(connection):
        return
    names = {each.label for each in tables}
    for listing in listings((), using=using):
        if listing.table.label in names and missing_after(listing, timezone.now()):
            ensure(listing.table, using=using)
