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
    from django.db.models import Model

TriggerFactory = Callable[[type["Model"]], Iterable["pgtrigger.Trigger"]]

_factories: dict[type[Model], TriggerFactory] = {}


def attach_triggers(base: type[Model], factory: TriggerFactory) -> None:
    """
    Give every concrete child of an abstract model the triggers that the factory returns for it.

        attach_triggers(AuditedModel, audit_triggers)
    """
    _factories[base] = factory


def add_triggers(model: type[Model], triggers: Iterable[pgtrigger.Trigger]) -> None:
    """Add triggers to a model's Meta, once each; migrations read them from there."""
    options: Any = model._meta
    present = list(getattr(options, "triggers", []))
    names = {trigger.name for trigger in present}
    options.triggers = [*present, *(trigger for trigger in triggers if trigger.name not in names)]
    options.original_attrs["triggers"] = options.triggers


def owns_table(model: type[Model]) -> bool:
    """Return whether the class is a model of today with a table of its own."""
    options = model._meta
    historical = model.__module__ == "__fake__"
    return not (historical or options.abstract or options.proxy or options.swapped)


def _on_class_prepared(sender: type[Model], **kwargs: Any) -> None:
    if not owns_table(sender):
        return
    for base, factory in _factories.items():
        if issubclass(sender, base):
            add_triggers(sender, factory(sender))


class_prepared.connect(_on_class_prepared, dispatch_uid="schemapatterns.attach")
