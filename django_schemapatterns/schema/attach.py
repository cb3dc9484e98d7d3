"""
A pattern's objects reach every concrete child of its abstract model, whatever the child's Meta.

Django inherits Meta from one base only, and not at all when the child has a Meta of its own; a promise that
depended on it would be broken without a word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from django.db.models.signals import class_prepared

if TYPE_CHECKING:
    import pgtrigger
    from django.db.models import BaseConstraint, Field, Index, Model

TriggerFactory = Callable[[type["Model"]], Iterable["pgtrigger.Trigger"]]
ConstraintFactory = Callable[[type["Model"]], Iterable["BaseConstraint"]]
IndexFactory = Callable[[type["Model"]], Iterable["Index"]]
FieldFactory = Callable[[Any, type["Model"]], Iterable["BaseConstraint"]]
FieldTriggerFactory = Callable[[Any, type["Model"]], Iterable["pgtrigger.Trigger"]]
PermissionFactory = Callable[[type["Model"]], Iterable[tuple[str, str]]]

_triggers: dict[type[Model], TriggerFactory] = {}
_constraints: dict[type[Model], ConstraintFactory] = {}
_indexes: dict[type[Model], IndexFactory] = {}
_permissions: dict[type[Model], PermissionFactory] = {}
_field_constraints: dict[type[Field[Any, Any]], FieldFactory] = {}
_field_triggers: dict[type[Field[Any, Any]], FieldTriggerFactory] = {}


def attach_triggers(base: type[Model], factory: TriggerFactory) -> None:
    """
    Give every concrete child of an abstract model the triggers that the factory returns for it.

        attach_triggers(AuditedModel, audit_triggers)
    """
    _triggers[base] = factory


def attach_constraints(base: type[Model], factory: ConstraintFactory) -> None:
    """Give every concrete child of an abstract model the constraints that the factory returns for it."""
    _constraints[base] = factory


def attach_indexes(base: type[Model], factory: IndexFactory) -> None:
    """Give every concrete child of an abstract model the indexes that the factory returns for it."""
    _indexes[base] = factory


def attach_field_constraints(kind: type[Field[Any, Any]], factory: FieldFactory) -> None:
    """Give the table of every field of a class the constraints that the factory returns for it."""
    _field_constraints[kind] = factory


def attach_field_triggers(kind: type[Field[Any, Any]], factory: FieldTriggerFactory) -> None:
    """Give the table of every field of a class the triggers that the factory returns for it."""
    _field_triggers[kind] = factory


def attach_permissions(base: type[Model], factory: PermissionFactory) -> None:
    """Give every child of an abstract model, proxies too, the permissions that the factory returns for it."""
    _permissions[base] = factory


def add_triggers(model: type[Model], triggers: Iterable[pgtrigger.Trigger]) -> None:
    """Add triggers to a model's Meta, once each; migrations read them from there."""
    options: Any = model._meta
    present = list(getattr(options, "triggers", []))
    names = {trigger.name for trigger in present}
    options.triggers = [*present, *(trigger for trigger in triggers if trigger.name not in names)]
    options.original_attrs["triggers"] = options.triggers


def add_constraints(model: type[Model], constraints: Iterable[BaseConstraint]) -> None:
    """Add constraints to a model's Meta, once each."""
    options: Any = model._meta
    names = {constraint.name for constraint in options.constraints}
    options.constraints = [*options.constraints, *(each for each in constraints if each.name not in names)]
    options.original_attrs["constraints"] = options.constraints


def add_indexes(model: type[Model], indexes: Iterable[Index]) -> None:
    """Add indexes to a model's Meta, once each."""
    options: Any = model._meta
    names = {index.name for index in options.indexes}
    options.indexes = [*options.indexes, *(each for each in indexes if each.name not in names)]
    options.original_attrs["indexes"] = options.indexes


def add_permissions(model: type[Model], permissions: Iterable[tuple[str, str]]) -> None:
    """Add permissions to a model's Meta, once each; `migrate` makes them as it makes Django's own."""
    options: Any = model._meta
    codenames = {codename for codename, _ in options.permissions}
    options.permissions = [*options.permissions, *(each for each in permissions if each[0] not in codenames)]
    options.original_attrs["permissions"] = options.permissions


def owns_table(model: type[Model]) -> bool:
    """Return whether the class is a model of today with a table of its own."""
    options = model._meta
    historical = model.__module__ == "__fake__"
    return not (historical or options.abstract or options.proxy or options.swapped)


def _on_class_prepared(sender: type[Model], **kwargs: Any) -> None:
    options = sender._meta
    if sender.__module__ == "__fake__" or options.abstract or options.swapped:
        return
    _attach(sender, _permissions, add_permissions)
    if options.proxy:
        return
    _attach(sender, _triggers, add_triggers)
    _attach(sender, _constraints, add_constraints)
    _attach(sender, _indexes, add_indexes)
    _attach_to_fields(sender, _field_triggers, add_triggers)
    _attach_to_fields(sender, _field_constraints, add_constraints)


def _attach(sender: type[Model], factories: dict[type[Model], Any], add: Callable[..., None]) -> None:
    for base, factory in factories.items():
        if issubclass(sender, base):
            add(sender, factory(sender))


def _attach_to_fields(
    sender: type[Model], factories: dict[type[Field[Any, Any]], Any], add: Callable[..., None]
) -> None:
    for field in sender._meta.local_fields:
        for kind, factory in factories.items():
            if isinstance(field, kind):
                add(sender, factory(field, sender))


class_prepared.connect(_on_class_prepared, dispatch_uid="schemapatterns.attach")
