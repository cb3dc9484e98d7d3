"""Bring back what a deleted row depends on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.softdelete.batches import Counts, added
from django_schemapatterns.softdelete.relations import MARK, Reference, references_of

if TYPE_CHECKING:
    from django.db.models import Model


def restore_parents(child: Model, using: str, seen: set[tuple[type[Model], Any]] | None = None) -> Counts:
    """Restore the deleted rows that a row points at and depends on, those farthest away first."""
    seen = {(type(child), child.pk)} if seen is None else seen
    counts: Counts = (0, {})
    for parent in _deleted_parents(child, using):
        if (type(parent), parent.pk) not in seen:
            seen.add((type(parent), parent.pk))
            counts = added(counts, restore_parents(parent, using, seen))
            rows = parent._row(using, deleted=True)  # type: ignore[attr-defined]
            counts = added(counts, rows._restore(origin=parent).counts)
    return counts


def _deleted_parents(child: Model, using: str) -> list[Model]:
    family = [type(child)._meta.concrete_model or type(child), *type(child)._meta.all_parents]
    return [
        parent
        for model in family
        for reference in references_of(model)
        if reference.rule != "keep"
        for parent in _pointed_at(child, reference, using)
    ]


def _pointed_at(child: Model, reference: Reference, using: str) -> list[Model]:
    field = reference.field
    key = {field.target_field.name: getattr(child, field.attname)}
    return list(
        field.remote_field.model._base_manager.using(using).filter(**key, **{f"{MARK}__isnull": False})
    )
