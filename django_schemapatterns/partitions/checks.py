"""Checks of what models say about partitions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.contrib.postgres.constraints import ExclusionConstraint
from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections, models
from django.db.models import UniqueConstraint

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions.models import PartitionedModel
from django_schemapatterns.partitions.options import PartitionOptions, partition_options
from django_schemapatterns.partitions.querysets import PartitionedManager

if TYPE_CHECKING:
    from django.db.models import Model

ACROSS: Final = 'UniqueAcrossPartitions(fields=["…"]) in Meta.constraints'


def check_partitions(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """Find what a partitioned table can not have, and what would not work as one may think."""
    found = [model for config in app_configs or apps.get_app_configs() for model in config.get_models()]
    return [message for model in found for message in (*_own(model), *_pointing(model))]


def _own(model: type[Model]) -> Iterator[CheckMessage]:
    if not issubclass(model, PartitionedModel) or model._meta.proxy:
        return
    if any(not parent._meta.abstract for parent in model._meta.parents):
        yield checks.Warning(
            f"{model._meta.label}: only the table of its parent is partitioned.",
            hint="Put what the child adds into a model of its own, with a foreign key.",
            obj=model,
            id="schemapatterns.W504",
        )
        return
    try:
        options = partition_options(model)
    except ConfigurationError as error:
        yield checks.Error(str(error), obj=model, id="schemapatterns.E500")
        return
    if options is not None:
        yield from _unique(model, options)
        yield from _exclusions(model, options)
        yield from _moving(model, options)
        yield from _managers(model)
        yield from _unmanaged(model)


def _unique(model: type[Model], options: PartitionOptions) -> Iterator[CheckMessage]:
    """Yield the rules that PostgreSQL can not enforce in all partitions together."""
    needed = ", ".join(options.columns)
    for what, fields in _unique_rules(model):
        columns = {str(model._meta.get_field(name).column) for name in fields}  # type: ignore[union-attr]
        if not set(options.columns) <= columns:
            yield checks.Error(
                f"{model._meta.label}: {what} lacks {needed}, and PostgreSQL enforces uniqueness within "
                "one partition only.",
                hint=f"Say {ACROSS}, which is unique in all of them; or add {needed} to the rule, which then "
                "allows the same values in two partitions.",
                obj=model,
                id="schemapatterns.E501",
            )


def _unique_rules(model: type[Model]) -> Iterator[tuple[str, Any]]:
    for field in model._meta.local_concrete_fields:
        if field.unique and not field.primary_key:
            yield f"unique=True of {field.name}", [field.name]
    for fields in model._meta.unique_together:
        yield f"unique_together of {', '.join(fields)}", fields
    for rule in model._meta.constraints:
        if isinstance(rule, UniqueConstraint):
            yield f"the constraint {rule.name}", [] if rule.expressions else rule.fields


def _exclusions(model: type[Model], options: PartitionOptions) -> Iterator[CheckMessage]:
    """Yield the exclusion constraints: none before PostgreSQL 17, then with the key and equality."""
    for rule in model._meta.constraints:
        if isinstance(rule, ExclusionConstraint):
            yield checks.Error(
                f"{model._meta.label}: the constraint {rule.name} excludes rows of one partition only, and "
                "PostgreSQL 15 and 16 have none on a partitioned table.",
                hint="Keep what must not overlap in a table that is not partitioned.",
                obj=model,
                id="schemapatterns.E502",
            )


def _moving(model: type[Model], options: PartitionOptions) -> Iterator[CheckMessage]:
    """Yield keys that change by themselves, so that each save moves the row."""
    field: Any = model._meta.get_field(options.name)
    if getattr(field, "auto_now", False) or getattr(field, "is_kept", False):
        yield checks.Error(
            f"{model._meta.label}: {field.name} changes with every save, which would move the row to another "
            "partition.",
            hint="Partition by a time that stays, such as that of the insert.",
            obj=model,
            id="schemapatterns.E503",
        )


def _managers(model: type[Model]) -> Iterator[CheckMessage]:
    """Yield the bases whose managers, which may hide some rows, are hidden by ours."""
    if type(getattr(model, "objects", None)) is not PartitionedManager:
        return
    hidden = [
        base.__name__
        for base in model.__mro__
        if issubclass(base, models.Model) and base not in {models.Model, PartitionedModel}
        for manager in base._meta.local_managers
        if manager.name == "objects" and getattr(manager, "_queryset_class", None) is not models.QuerySet
    ]
    if hidden:
        yield checks.Error(
            f"{model._meta.label}: the manager of PartitionedModel hides that of {hidden[0]}.",
            hint=f"Name {hidden[0]} before PartitionedModel among the bases, or give the model a manager "
            "whose queryset is derived from PartitionedQuerySet and from that one's.",
            obj=model,
            id="schemapatterns.E505",
        )


def _unmanaged(model: type[Model]) -> Iterator[CheckMessage]:
    if "postgresql" not in {connections[alias].vendor for alias in connections}:
        yield checks.Error(
            f"{model._meta.label} is partitioned, which needs PostgreSQL.",
            obj=model,
            id="schemapatterns.E508",
        )


def _pointing(model: type[Model]) -> Iterator[CheckMessage]:
    """Yield foreign keys to tables whose primary key has a second part in the database."""
    for field in model._meta.local_fields:
        if field.is_relation and getattr(field, "db_constraint", False):
            yield from _pointing_by(model, field, field)
    for link in model._meta.local_many_to_many:
        through: Any = link.remote_field.through
        if through._meta.auto_created:
            for field in through._meta.local_fields:
                if field.is_relation and field.db_constraint:
                    yield from _pointing_by(model, field, link)


def _pointing_by(model: type[Model], field: Any, named: Any) -> Iterator[CheckMessage]:
    target = field.remote_field.model
    try:
        options = partition_options(target) if not isinstance(target, str) else None
    except ConfigurationError:
        return
    if options is None or options.key == "uuid7" or target._meta.pk.column in options.columns == [options.by]:
        return
    key = ", ".join(dict.fromkeys([str(target._meta.pk.column), *options.columns]))
    yield checks.Error(
        f"{model._meta.label}.{named.name} points at {target._meta.label}, whose primary key in the database "
        f"is ({key}): the database can enforce no foreign key to a part of it.",
        hint="Say db_constraint=False; and for a foreign key that the database enforces, add "
        f'{field.name}_{options.name} = fields.PartitionKeyField("{field.name}"), or partition '
        f"{target._meta.label} by a UUID7Field.",
        obj=named,
        id="schemapatterns.E509",
    )
