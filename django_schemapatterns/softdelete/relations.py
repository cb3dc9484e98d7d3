"""Which rows depend on which: the foreign keys to and from models that are soft-deleted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models

if TYPE_CHECKING:
    from django.db.models import ForeignKey, Model

MARK = "deleted_at"
BATCH = "deletion_id"
RULES: dict[Any, str] = {models.CASCADE: "cascade", models.PROTECT: "protect", models.RESTRICT: "restrict"}


@dataclass(frozen=True, slots=True)
class Reference:
    """A foreign key that points at rows which are soft-deleted."""

    child: type[Model]
    field: ForeignKey[Any, Any]
    parent: type[Model]  # the model whose table holds the marks

    @property
    def rule(self) -> str:
        """What on_delete asks for: cascade, protect or restrict, else keep."""
        return RULES.get(self.field.remote_field.on_delete, "keep")

    @property
    def column(self) -> str:
        return str(self.field.column)

    @property
    def key(self) -> str:
        """The column that is pointed at."""
        return str(_root_column(self.field.target_field))


def _root_column(field: Any) -> Any:
    # The key of a multi-table child is that of its parent, whose table holds the marks.
    while field.remote_field is not None and field.remote_field.parent_link:
        field = field.target_field
    return field.column


def marked_model(model: type[Model]) -> type[Model] | None:
    """Return the model whose table holds the marks of a model's rows, None when they are not soft-deleted."""
    concrete = model._meta.concrete_model or model
    for candidate in (concrete, *concrete._meta.all_parents):
        if any(field.name == MARK and is_mark(field) for field in candidate._meta.local_fields):
            return candidate
    return None


def is_mark(field: Any) -> bool:
    from django_schemapatterns.softdelete.fields import MarkField

    return isinstance(field, MarkField)


def references_of(child: type[Model]) -> list[Reference]:
    """Return the foreign keys of a model's own table that point at rows which are soft-deleted."""
    return [
        Reference(child, field, parent)
        for field in child._meta.local_fields
        if isinstance(field, models.ForeignKey) and not field.remote_field.parent_link
        if (parent := marked_model(field.remote_field.model)) is not None
    ]


def references_to(parent: type[Model]) -> Iterator[Reference]:
    """Return the foreign keys of all models that point at rows of a model."""
    for model in apps.get_models(include_auto_created=True):
        if not model._meta.proxy:
            yield from (each for each in references_of(model) if each.parent is parent)


def dependants(parent: type[Model]) -> list[type[Model]]:
    """Return the models whose rows may be deleted along with rows of a model, the model itself first."""
    found = [parent]
    for model in found:
        for reference in references_to(model):
            child = marked_model(reference.child)
            if reference.rule == "cascade" and child is not None and child not in found:
                found.append(child)
    return found
