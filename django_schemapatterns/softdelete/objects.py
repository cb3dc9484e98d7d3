"""The triggers that a soft-delete model has, and those that foreign keys to it add."""

from __future__ import annotations

import difflib
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pgtrigger
from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from django_schemapatterns.schema.attach import add_triggers, owns_table
from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.names import quote
from django_schemapatterns.schema.triggers import Trigger
from django_schemapatterns.softdelete.relations import (
    MARK,
    Reference,
    family_references,
    marked_model,
    references_of,
)
from django_schemapatterns.softdelete.triggers import CompiledMarkTrigger, CompiledReferenceTrigger

if TYPE_CHECKING:
    from django.db.models import Model

TRACES: Final = ("deleted_by", "deletion_reason")
ON_DELETE: Final = ("soft", "forbid", "allow")
REFERENCES: Final = ("reference_insert", "reference_update")
RESTORES: Final = ("reference_restore",)


def on_delete_of(model: type[Model]) -> str:
    """Return what a raw DELETE does to rows of a model, as its inner class `SoftDelete` says."""
    declaration = getattr(model, "SoftDelete", None)
    given = {name: value for name, value in vars(declaration or object).items() if not name.startswith("__")}
    for name in given:
        if name != "on_delete":
            raise ImproperlyConfigured(
                f"{model._meta.label}: there is no soft delete option {name!r}; the option is on_delete."
            )
    value = getattr(declaration, "on_delete", "soft")
    if value not in ON_DELETE:
        near = difflib.get_close_matches(str(value), ON_DELETE, n=1)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        raise ImproperlyConfigured(
            f"{model._meta.label}: SoftDelete.on_delete is {value!r}; it may be {', '.join(ON_DELETE)}.{hint}"
        )
    return str(value)


class MarkTrigger(Trigger):
    """One of the triggers of every table whose rows are soft-deleted."""

    when = pgtrigger.Before
    operation = pgtrigger.Update  # what it fires on is said by its compiled form

    def __init__(self, name: str, arguments: Iterable[str] = ()) -> None:
        self.arguments = list(arguments)
        super().__init__(name=name)

    def compile(self, model: Any) -> CompiledMarkTrigger:
        arguments = self.arguments
        if self.name == "soft_delete_guard":
            arguments = [*arguments, *(field.column for field in model._meta.pk_fields)]
        if self.name == "soft_delete_guard_child":
            root = cast("type[Model]", marked_model(model))
            arguments = [*arguments, quote(root._meta.db_table), key_of(root), key_of(model)]
        return CompiledMarkTrigger(
            name=self.name, pgid=self.get_pgid(model), table=model._meta.db_table, arguments=arguments
        )


def key_of(model: type[Model]) -> str:
    """Return the column of a primary key of one column."""
    return str(model._meta.pk.column)


def mark_triggers(model: type[Model]) -> list[MarkTrigger]:
    """Return the triggers of a soft-delete model, a guard alone where a parent's table has the marks."""
    columns = {field.name: str(field.column) for field in model._meta.local_fields}
    mode = on_delete_of(model)
    if marked_model(model) is not model:
        return [MarkTrigger("soft_delete_guard_child", [mode])] if mode != "allow" else []
    guard = [MarkTrigger("soft_delete_guard", [mode])] if mode != "allow" else []
    traces = [columns.get(name, "") for name in TRACES]
    return [
        *guard,
        MarkTrigger("soft_delete_begin"),
        MarkTrigger("soft_delete_mark", traces if any(traces) else ()),
        MarkTrigger("soft_delete_end"),
    ]


class ReferenceTrigger(Trigger):
    """A trigger for one foreign key that points at rows which are soft-deleted."""

    when = pgtrigger.After
    operation = pgtrigger.Update

    def __init__(self, action: str, field_name: str) -> None:
        self.action = action
        self.field_name = field_name
        super().__init__(name=f"soft_delete_{action}_{field_name}")

    def compile(self, model: Any) -> CompiledReferenceTrigger:
        reference = next(each for each in references_of(model) if each.field.name == self.field_name)
        parent, soft = reference.parent, reference.soft
        tables = {"reference_insert": model, "reference_update": model, "reference_restore": soft}
        compiled = CompiledReferenceTrigger(
            name=str(self.name),
            pgid=self.get_pgid(model),
            table=cast("type[Model]", tables.get(self.action, parent))._meta.db_table,
            action=self.action,
            child=model._meta.db_table,
            column=reference.column,
            parent=parent._meta.db_table,
            key=reference.key,
            type=reference.field.db_type(postgresql()) or "" if self.action == "reference_insert" else "",
            soft=soft is not None,
            marks=_marks(model, soft),
            others=_others(reference) if self.action == "cascade" else None,
        )
        compiled.requires = [
            (each._meta.app_label, str(each._meta.model_name), MARK) for each in (parent, soft) if each
        ]
        return compiled


def _marks(model: type[Model], soft: type[Model] | None) -> tuple[str, str, str] | None:
    if soft in (None, model):
        return None
    return soft._meta.db_table, key_of(soft), key_of(model)


def _others(reference: Reference) -> list[tuple[str, ...]]:
    return [
        (other.parent._meta.db_table, other.key, other.column, *_elsewhere(other))
        for other in family_references(reference.child)
        if other.rule == "cascade" and other.field != reference.field
    ]


def _elsewhere(reference: Reference) -> tuple[str, ...]:
    marks = _marks(reference.child, reference.soft)
    return (reference.child._meta.db_table, marks[2], marks[1]) if marks else ()


def reference_triggers(model: type[Model]) -> list[ReferenceTrigger]:
    """Return the triggers that the foreign keys of any model to soft-delete models need."""
    return [
        ReferenceTrigger(action, reference.field.name)
        for reference in references_of(model)
        for action in (*_actions(reference), *REFERENCES, *_restores(reference))
    ]


def _actions(reference: Reference) -> tuple[str, ...]:
    if reference.rule == "cascade" and not reference.soft:
        return ()  # a row that is not soft-deleted stays where it is; a check says so
    return () if reference.rule == "keep" else (reference.rule,)


def _restores(reference: Reference) -> tuple[str, ...]:
    # With SET_NULL and the like the row was alive while the other was deleted, and comes back as it was.
    return RESTORES if reference.soft and reference.rule != "keep" else ()


def attach_references() -> None:
    """Give your models the triggers of their foreign keys, once all models are there."""
    for model in apps.get_models():
        if not (owns_table(model) and model._meta.managed and is_yours(model)):
            continue
        triggers = reference_triggers(model)
        add_triggers(model, triggers)
        for trigger in triggers:
            trigger.register(cast("Any", model))


def is_yours(model: type[Model]) -> bool:
    """Return whether migrations of the model's app are yours to write: not those of installed packages."""
    home = Path(apps.get_app_config(model._meta.app_label).path)
    return not any(home.is_relative_to(sysconfig.get_path(name)) for name in ("purelib", "platlib", "stdlib"))
