"""What a soft delete or a restore took along."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from django.db import connections
from django.db.models.signals import class_prepared

from django_schemapatterns.softdelete.relations import (
    dependants,
    family_references,
    marked_model,
    references_to,
)

if TYPE_CHECKING:
    from django.db.models import Model

Counts = tuple[int, dict[str, int]]


def outcome(model: type[Model], rows: int, using: str) -> Counts:
    """
    Return Django's (number, {label: number}) of the statement just run, with what its cascades did.

    Rules that would speak at the end of the transaction only speak here.
    """
    root = marked_model(model) or model
    counts = {model._meta.label: rows} if rows else {}
    if rows and _has_rules(root):
        with connections[using].cursor() as cursor:
            cursor.execute("SELECT schemapatterns.soft_delete_outcome()::text")
            cascaded: dict[str, int] = json.loads(cursor.fetchone()[0])
        labels = {each._meta.db_table: each._meta.label for each in dependants(root)}
        for table, number in cascaded.items():
            label = labels.get(table, table)
            counts[label] = counts.get(label, 0) + number
    return sum(counts.values()), counts


def added(one: Counts, other: Counts) -> Counts:
    """Return two results of deletes or restores as one."""
    labels = {**one[1], **other[1]}
    return one[0] + other[0], {label: one[1].get(label, 0) + other[1].get(label, 0) for label in labels}


@cache
def _has_rules(model: type[Model]) -> bool:
    """Return whether anything but the model's own rows may have a say."""
    return bool(references_to(model) or family_references(model))


def _forget(**kwargs: object) -> None:
    _has_rules.cache_clear()


class_prepared.connect(_forget, dispatch_uid="schemapatterns.softdelete.batches")
