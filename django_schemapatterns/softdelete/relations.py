"""Which rows depend on which: the foreign keys to and from models that are soft-deleted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.db import models
from django.db.models.signals import class_prepared

from django_schemapatterns.schema.followers import is_follower

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
    def soft(self) -> type[Model] | None:
        """The model whose table holds the marks of the child's rows, None when they are not soft-deleted."""
        return marked_model(self.child)

    @property
    def column(self) -> str:
        return str(self.field.column)

    @property
    def key(self) -> str:
        """The column that is pointed at."""
        target: Any = self.field.target_field
        # The key of a multi-table child is that of its parent, whose table holds the marks.
        while target.model is not self.parent and target.remote_field and target.remote_field.parent_link:
            target = target.target_field
        return str(target.column)


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
    if is_follower(child):
        return []
    return [
        Reference(child, field, parent)
        for field in child._meta.local_fields
        if isinstance(field, models.ForeignKey) and not field.remote_field.parent_link
        if (parent := marked_model(field.remote_field.model)) is not None
    ]


def family_references(child: type[Model]) -> list[Reference]:
    """Return such foreign keys of all the tables that hold a row of a model, or of its children, together."""
    root = marked_model(child) or child
    # Of the registry that the model is of: makemigrations asks about models of a state of migrations.
    family = [root, *(each for each in root._meta.apps.get_models() if root in each._meta.all_parents)]
    return [reference for model in family if not model._meta.proxy for reference in references_of(model)]


@cache
def references_to(parent: type[Model]) -> list[Reference]:
    """Return the foreign keys of all models that point at rows of a model."""
    return [
        reference
        for model in apps.get_models(include_auto_created=True)
        if not model._meta.proxy
        for reference in references_of(model)
        if reference.parent is parent
    ]


@cache
def dependants(parent: type[Model]) -> list[type[Model]]:
    """Return the models whose rows may be deleted along with rows of a model, the model itself first."""
    found = [parent]
    for model in found:
        for reference in references_to(model):
            soft = reference.soft
            if reference.rule == "cascade" and soft is not None and soft not in found:
                found.append(soft)
    return found


def _forget(**kwargs: Any) -> None:
    references_to.cache_clear()
    dependants.cache_clear()


class_prepared.connect(_forget, dispatch_uid="schemapatterns.softdelete.relations")
