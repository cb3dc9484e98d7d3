"""Schedule, correct and cancel single versions."""

from __future__ import annotations

import difflib
import math
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, TypeVar

from django.core.exceptions import ValidationError
from django.db import connections, models, transaction
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from django_schemapatterns.periods.options import options_of, owner_field, owner_model
from django_schemapatterns.periods.querysets import rows_of

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.periods.models import PeriodModel

_Version = TypeVar("_Version", bound="PeriodModel")
START = "effective_from"


def schedule(
    model: type[_Version], owner: Any, values: dict[str, Any], *, start: datetime, reason: Any, using: str
) -> _Version:
    """Let a version start in the future; see `PeriodModel.schedule`."""
    _refuse_unknown(model, values)
    _refuse_no_moment(start)
    with transaction.atomic(using=using):
        key = lock_owner(model, owner, using)
        before = _in_force(model, key, start, using)
        if start <= clock(using):
            raise _past(start, before)
        planned = {name: getattr(before, name) for name in options_of(model).columns} if before else {}
        noted = {START: start, "reason": reason, owner_field(model).attname: key}
        version = model(**{**planned, **values, **noted})
        _validate(version, using)
        version.save(using=using, force_insert=True)
    return version


def correct(version: _Version, values: dict[str, Any], *, start: Any, reason: Any, using: str) -> _Version:
    """Change what a version says; see `PeriodModel.correct`."""
    _refuse_unknown(type(version), values)
    changes = {**values, START: start, "reason": reason}
    changes = {name: value for name, value in changes.items() if name in values or value is not None}
    with transaction.atomic(using=using):
        current = _locked(version, using)
        for name, value in changes.items():
            setattr(current, name, value)
        _refuse_no_moment(current.effective_from)
        _validate(current, using)
        current.save(using=using, update_fields=list(changes))
    for name in changes:
        setattr(version, name, getattr(current, name))
    version.__dict__.pop("effective_to", None)
    return version


def cancel(version: PeriodModel, using: str) -> None:
    """Take a version back that has not started."""
    with transaction.atomic(using=using):
        current = _locked(version, using)
        if current.effective_from <= clock(using):
            message = _("%(version)s is in force since %(start)s: it can be corrected, not cancelled.")
            names = {"version": _name(current), "start": _moment(current.effective_from)}
            raise ValidationError(message, code="started", params=names)
        current.delete(using=using)


def end_of(version: PeriodModel) -> datetime | None:
    """Return when the next version starts."""
    name = owner_field(type(version)).attname
    of_owner = {name: getattr(version, name), f"{START}__gt": version.effective_from}
    later = rows_of(type(version), version._state.db).filter(**of_owner)
    start: datetime | None = later.order_by(START).values_list(START, flat=True).first()
    return start


def clock(using: str) -> datetime:
    """Return the time of day, as the database has it."""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        now: datetime = cursor.fetchone()[0]
    return now


def lock_owner(model: type[PeriodModel], owner: Any, using: str) -> Any:
    """Wait for those who are changing the owner, and let others wait; returns its key."""
    field, owners = owner_field(model), owner_model(model)
    target = field.target_field
    key = getattr(owner, target.attname) if isinstance(owner, models.Model) else owner
    rows = owners._base_manager.using(using).filter(**{target.name: key}).order_by()
    if key is None or not rows.select_for_update(of=("self",), no_key=True).values_list(target.name).first():
        names = {"model": owners._meta.verbose_name, "key": key}
        raise _refusal(field.name, "missing", _("There is no %(model)s %(key)s."), **names)
    return key


def _locked(version: PeriodModel, using: str) -> Any:
    """Return a version as it is, with its owner locked."""
    model = type(version)
    lock_owner(model, getattr(version, owner_field(model).attname), using)
    current = rows_of(model, using).filter(pk=version.pk).first()
    if current is None:
        message = _("%(version)s is not there any more.")
        raise ValidationError(message, code="gone", params={"version": _name(version)})
    return current


def _in_force(model: type[PeriodModel], key: Any, at: datetime, using: str) -> Any:
    versions = rows_of(model, using).filter(**{owner_field(model).attname: key})
    return versions.filter(effective_from__lte=at).order_by(f"-{START}").first()


def _refuse_unknown(model: type[Model], values: dict[str, Any]) -> None:
    known = options_of(model).columns
    for name in values:
        if name not in known:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise TypeError(f"{model._meta.label} does not track {name!r}, but {', '.join(known)}.{hint}")


def _refuse_no_moment(start: Any) -> None:
    if not isinstance(start, datetime) or timezone.is_naive(start):
        raise _refusal(START, "moment", _("Say from when on by a date and a time with a time zone."))


def _past(start: datetime, before: PeriodModel | None) -> ValidationError:
    message = _("%(start)s has passed.")
    if before:
        message = _(
            "%(start)s has passed; %(version)s was in force then. Correct it, or choose a later moment."
        )
    return _refusal(START, "past", message, start=_moment(start), version=before and _name(before))


def _validate(version: PeriodModel, using: str) -> None:
    """Look at the tracked columns, and at who has the place already."""
    model, columns = type(version), options_of(type(version)).columns
    for name in columns:
        value = getattr(version, name)
        if isinstance(value, float | Decimal) and not math.isfinite(value):
            raise _refusal(name, "invalid", _("%(value)s is no number."), value=value)
    fields = {field.name: field for field in model._meta.fields}
    empty = {name for name in columns if getattr(version, name) is None and fields[name].null}
    version.clean_fields(exclude={*fields} - {*columns, START} | empty)
    owner = owner_field(model).attname
    place = {owner: getattr(version, owner), START: version.effective_from}
    taken = rows_of(model, using).filter(**place).exclude(pk=version.pk).first()
    if taken:
        message = _("%(version)s starts at %(start)s already. Correct it, or choose another moment.")
        raise _refusal(START, "taken", message, version=_name(taken), start=_moment(version.effective_from))
    _validate_owner(version, using)


def _validate_owner(version: PeriodModel, using: str) -> None:
    """Look whether the owner, otherwise as it is, may become what the version says, unless that is over."""
    end = end_of(version)
    if end and end <= clock(using):
        return
    model, owners = type(version), owner_model(type(version))
    key = {owner_field(model).target_field.name: getattr(version, owner_field(model).attname)}
    for owner in owners._base_manager.using(using).filter(**key):
        for name in options_of(model).columns:
            setattr(owner, name, getattr(version, name))
        for _model, constraints in owner.get_constraints():
            for constraint in constraints:
                if isinstance(constraint, models.CheckConstraint):
                    constraint.validate(owners, owner, using=using)


def _refusal(field: str, code: str, message: str, **params: Any) -> ValidationError:
    return ValidationError({field: ValidationError(message, code=code, params=params)})


def _name(version: PeriodModel) -> str:
    return f"{version._meta.verbose_name} {version.pk}"


def _moment(value: datetime) -> str:
    return formats.date_format(timezone.localtime(value), "DATETIME_FORMAT")
