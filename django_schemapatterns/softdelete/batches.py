"""What a soft delete or a restore took along."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from django.db import connections

from django_schemapatterns.softdelete.objects import ReferenceTrigger
from django_schemapatterns.softdelete.relations import dependants, references_to
from django_schemapatterns.softdelete.triggers import DEFERRED

if TYPE_CHECKING:
    from django.db.models import Model

Counts = tuple[int, dict[str, int]]


def counted(model: type[Model], rows: int, using: str) -> Counts:
    """Return Django's (number, {label: number}) of the statement just run, with what its cascades did."""
    by_table = {each._meta.db_table: each._meta.label for each in dependants(model)}
    counts = {model._meta.label: rows} if rows else {}
    if rows and (len(by_table) > 1 or _points_at_itself(model)):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT current_setting('schemapatterns.deletion_rows', true)")
            cascaded = json.loads(cursor.fetchone()[0] or "{}")
        for table, number in cascaded.items():
            label = by_table.get(table, table)
            counts[label] = counts.get(label, 0) + number
    return sum(counts.values()), counts


def _points_at_itself(model: type[Model]) -> bool:
    return any(reference.child is model for reference in references_to(model))


def judge(model: type[Model], using: str) -> None:
    """Let the deferred rules speak now, not at the end of the transaction."""
    names = [
        trigger.get_pgid(each)
        for each in {reference.child for parent in dependants(model) for reference in references_to(parent)}
        | {model}
        for trigger in getattr(each._meta, "triggers", [])
        if isinstance(trigger, ReferenceTrigger) and trigger.action in DEFERRED
    ]
    if names:
        listed = ", ".join(sorted(names))
        with connections[using].cursor() as cursor:
            cursor.execute(f"SET CONSTRAINTS {listed} IMMEDIATE; SET CONSTRAINTS {listed} DEFERRED")
