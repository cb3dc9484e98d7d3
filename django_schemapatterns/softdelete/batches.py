"""What a soft delete or a restore took along."""

from __future__ import annotations

import json
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections, transaction
from django.db.models.signals import class_prepared

from django_schemapatterns.softdelete.relations import (
    BATCH,
    MARK,
    dependants,
    family_references,
    marked_model,
    references_to,
)

if TYPE_CHECKING:
    from django.db.models import Model
    from django.db.models.sql import UpdateQuery

Counts = tuple[int, dict[str, int]]
Marks = tuple[datetime | None, UUID | None]
OUTCOME: Final = "SELECT schemapatterns.soft_delete_outcome()::text"
ROWS: Final = "SELECT current_setting('schemapatterns.deletion_rows', true)"


class Marked(NamedTuple):
    """What was done: Django's (number, {label: number}), and the marks of the row, if it was about one."""

    counts: Counts
    marks: Marks | None = None


def mark(model: type[Model], query: UpdateQuery, using: str, *, one: bool, restores: bool) -> Marked:
    """
    Run an UPDATE of the marks, let the rules speak that else wait for the end of the transaction, and count.

    It is one round trip, and so a transaction, where the driver binds the parameters, as it does by default.
    """
    try:
        sql, params = query.get_compiler(using).as_sql()
    except EmptyResultSet:
        return Marked((0, {}))
    connection: Any = connections[using]
    rules = _rules(marked_model(model) or model, restores=restores)
    together = not connection.features.uses_server_side_binding
    if one:
        table = connection.ops.quote_name(model._meta.db_table)
        sql += f" RETURNING {table}.{MARK}, {table}.{BATCH}"
    if rules and together:
        sql += f"; {rules}"
    with transaction.mark_for_rollback_on_error(using), connection.cursor() as cursor:
        cursor.execute(sql, params)
        rows, marks = cursor.rowcount, cursor.fetchone() if one else None
        if rules and together:
            cursor.nextset()
        elif rules:
            cursor.execute(rules)
        cascaded = json.loads(cursor.fetchone()[0] or "{}") if rules and rows else {}
    return Marked(_counted(model, rows, cascaded), marks)


def outcome(model: type[Model], rows: int, using: str) -> Counts:
    """Count as well what followed rows that were marked by other means."""
    cascaded = {}
    if rows and _rules(marked_model(model) or model, restores=True):
        with connections[using].cursor() as cursor:
            cursor.execute(OUTCOME)
            cascaded = json.loads(cursor.fetchone()[0])
    return _counted(model, rows, cascaded)


def _counted(model: type[Model], rows: int, cascaded: dict[str, int]) -> Counts:
    counts = {model._meta.label: rows} if rows else {}
    if cascaded:
        depending = dependants(marked_model(model) or model)
        labels = {each._meta.db_table: each._meta.label for each in depending}
        for table, number in cascaded.items():
            label = labels.get(table, table)
            counts[label] = counts.get(label, 0) + number
    return sum(counts.values()), counts


def added(one: Counts, other: Counts) -> Counts:
    """Return two results of deletes or restores as one."""
    labels = {**one[1], **other[1]}
    return one[0] + other[0], {label: one[1].get(label, 0) + other[1].get(label, 0) for label in labels}


@cache
def _rules(model: type[Model], *, restores: bool) -> str:
    """Return what to ask after rows were marked: nothing when none but the model's own rows have a say."""
    cascades = any(reference.rule == "cascade" for reference in references_to(model))
    if restores:
        return OUTCOME if cascades or family_references(model) else ""
    judged = any(
        reference.rule == "restrict" for each in dependants(model) for reference in references_to(each)
    )
    return OUTCOME if judged else ROWS if cascades else ""


def _forget(**kwargs: object) -> None:
    _rules.cache_clear()


class_prepared.connect(_forget, dispatch_uid="schemapatterns.softdelete.batches")
