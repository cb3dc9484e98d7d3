"""What a model of versions has in the database: triggers, a unique rule, an index, a view and functions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pgtrigger
from django.core.exceptions import FieldDoesNotExist
from django.db.models import BaseConstraint, Index, Q, UniqueConstraint

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.periods.functions import CurrentFunction
from django_schemapatterns.periods.options import PeriodOptions, options_of, owner_field, owner_model
from django_schemapatterns.periods.querysets import NOT_YET, is_bitemporal
from django_schemapatterns.periods.triggers import OF_BELIEFS, ON_OWNER, CompiledPeriodTrigger
from django_schemapatterns.periods.views import PeriodView
from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.names import shorten
from django_schemapatterns.schema.triggers import Trigger

if TYPE_CHECKING:
    from django.db.models import Field, Model

WHO, WHY = "created_by", "reason"


class PeriodTrigger(Trigger):
    """One of the triggers of a model of versions; most of them are on its owner's table."""

    when = pgtrigger.After
    operation = pgtrigger.Update  # what it fires on is said by its compiled form

    def __init__(self, action: str, options: PeriodOptions) -> None:
        self.action = action
        self.options = options
        super().__init__(name=f"period_{action}")

    def compile(self, model: Any) -> CompiledPeriodTrigger:
        options = self.options
        field, owner = owner_field(model, options), owner_model(model, options)
        tracked = [
            (local_field(owner, name, model), local_field(model, name, model)) for name in options.columns
        ]
        until = local_field(owner, options.until, model) if options.until else None
        compiled = CompiledPeriodTrigger(
            name=str(self.name),
            pgid=self.get_pgid(model),
            table=(owner if self.action in ON_OWNER else model)._meta.db_table,
            action=self.action,
            owned=owner._meta.db_table,
            key=str(field.target_field.column),
            history=model._meta.db_table,
            owner=str(field.column),
            columns=[(str(own.column), str(theirs.column)) for own, theirs in tracked],
            until=str(until.column) if until else "",
            steps=options.steps if self.action == "update" else "every",
            **noted(model),
            **beliefs(model, self.action, options),
        )
        needed = [*(own for own, _ in tracked), *([until] if until else []), field.target_field]
        compiled.requires = [_place(each) for each in needed]
        return compiled


def local_field(model: type[Model], name: str, declared: type[Model]) -> Field[Any, Any]:
    """Return a field that a model's own table has a column of."""
    try:
        field: Any = model._meta.get_field(name)
    except FieldDoesNotExist:
        field = None
    if field is None or field not in model._meta.local_concrete_fields:
        raise ConfigurationError(
            f"{declared._meta.label}.Period names {name!r}, a column that {model._meta.label} does not have."
        )
    return field  # type: ignore[no-any-return]


def noted(model: type[Model]) -> dict[str, Any]:
    """Return the columns that tell who let a version start, and why, if the model has them."""
    columns = {field.name: field for field in model._meta.local_concrete_fields}
    who, why = columns.get(WHO), columns.get(WHY)
    return {
        "who": (
            str(who.column),
            str(who.rel_db_type(postgresql()) if who.is_relation else who.db_type(postgresql())),
        )
        if who
        else None,
        "why": str(why.column) if why else "",
    }


def beliefs(model: type[Model], action: str, options: PeriodOptions) -> dict[str, Any]:
    """Return what a trigger has to know where superseded versions are kept."""
    if not is_bitemporal(model):
        return {}
    if not action.startswith("keep"):
        return {"beliefs": action in OF_BELIEFS}
    fields = [
        field for field in model._meta.local_concrete_fields if not (field.primary_key or field.generated)
    ]
    return {
        "kept": [str(field.column) for field in fields if field.name != "superseded_at"],
        "stays": options.on_delete == "end",
    }


def _place(field: Any) -> tuple[str, str, str]:
    options = field.model._meta
    return options.app_label, str(options.model_name), field.name


def period_triggers(model: type[Model]) -> list[PeriodTrigger]:
    """Return the triggers of a model of versions."""
    options = options_of(model)
    gone, emptied = {"cascade": ("delete", "emptied"), "end": ("end", "end_all")}[options.on_delete]
    actions = ["insert", "update", "rekey", gone, "note", "follow", "removed", "truncate"]
    actions += ["keep", "keep_deleted"] if is_bitemporal(model) else []
    if not options.foreign_key:  # with one, PostgreSQL itself truncates both tables or none
        actions += [emptied, *(["referenced"] if options.on_delete == "cascade" else [])]
    return [PeriodTrigger(action, options) for action in actions]


def period_constraints(model: type[Model]) -> list[BaseConstraint]:
    """Return the rule that no two versions start at once, the view, and the functions."""
    field: Any = owner_field(model)
    options = options_of(model)
    field.db_index = False  # the key of the rule begins with it
    field.db_constraint = options.foreign_key
    names = (
        {name: f"current_{name}" for name in options.columns}
        if options.functions is None
        else options.functions
    )
    return [
        *_unique(model, options),
        PeriodView(name=_name(model, "periods"), table=model._meta.db_table, model=model),
        *(
            CurrentFunction(name=_name(model, function), function=function, field=column, model=model)
            for column, function in names.items()
        ),
    ]


def _unique(model: type[Model], options: PeriodOptions) -> list[BaseConstraint]:
    """Return the rules that no two versions start at once, and that none is believed twice."""
    fields, name = [options.owner, "effective_from"], _name(model, "effective_from")
    if not is_bitemporal(model):
        return [UniqueConstraint(fields=fields, name=name, violation_error_code="taken")]
    believed = Q(superseded_at__isnull=True)
    return [
        UniqueConstraint(fields=fields, condition=believed, name=name, violation_error_code="taken"),
        UniqueConstraint(fields=[*fields, "recorded_at"], name=_name(model, "recorded_at")),
    ]


def period_indexes(model: type[Model]) -> list[Index]:
    """Return the index by which those are found whose moment has come."""
    fields = ["effective_from"]
    name = shorten(_name(model, "scheduled"), Index.max_name_length)
    return [Index(fields=fields, condition=NOT_YET, name=name)]


def _name(model: type[Model], role: str) -> str:
    return shorten(f"{model._meta.app_label}_{model._meta.model_name}_{role}")
