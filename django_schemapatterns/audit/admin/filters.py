"""The filters above the list of the log."""

from __future__ import annotations

import uuid
from contextlib import suppress
from datetime import date, datetime, time, timedelta
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db.models import Model, Q
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext, gettext_lazy as _

from django_schemapatterns.audit.admin.entries import subject_of
from django_schemapatterns.audit.admin.paging import Search, number
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.audit.options import table_fields

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django_schemapatterns.audit.admin.access import Access
    from django_schemapatterns.audit.querysets import AuditLogQuerySet

HIGHEST_ID = 2**63 - 1


class LogFilter(forms.Form):
    """
    What the list is narrowed to. All choices are known without asking the log.

    q: an exact record, request or transaction id. model: a label such as `shop.product`, or a table whose
    model is gone. user: a user name or key. changed: a field. since, until: days, both included.
    """

    q = forms.CharField(label=_("Search"), required=False, max_length=500)
    model = forms.CharField(label=_("Model"), required=False, max_length=200)
    operation = forms.ChoiceField(
        label=_("Action"), required=False, choices=[("", _("Any")), *AuditLog.Operation.choices]
    )
    user = forms.CharField(label=_("User"), required=False, max_length=254)
    changed = forms.CharField(label=_("Changed field"), required=False, max_length=200)
    since = forms.DateField(label=_("From"), required=False, input_formats=["%Y-%m-%d"])
    until = forms.DateField(label=_("To"), required=False, input_formats=["%Y-%m-%d"])
    request = forms.UUIDField(label=_("Request"), required=False)
    transaction = forms.IntegerField(
        label=_("Transaction"), required=False, min_value=0, max_value=HIGHEST_ID
    )

    def __init__(self, data: Any, access: Access) -> None:
        super().__init__(data, label_suffix="")
        self.access = access
        self.models = {subject_of(model): model for model in access.viewable.values()}
        choices = self._model_choices()
        if (named := self.data.get("model")) and named not in self.models:
            choices.append((named, named))
        self.fields["model"].widget = forms.Select(choices=choices)
        for name in ("since", "until"):
            self.fields[name].widget = forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
        for name in ("request", "transaction"):
            self.fields[name].widget = forms.HiddenInput()
        self.fields["q"].widget = forms.TextInput(
            attrs={"type": "search", "placeholder": gettext("Record, request or transaction id")}
        )
        self.fields["user"].widget.attrs["placeholder"] = gettext("Name or key")
        self.fields["changed"].widget.attrs |= {"list": "audit-fields", "placeholder": gettext("Name")}

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        since, until = given.get("since"), given.get("until")
        if since and until and until < since:
            self.add_error("until", ValidationError(gettext("This day is before the first one.")))
        return given

    def narrow(self, entries: AuditLogQuerySet) -> tuple[AuditLogQuerySet, Search]:
        """Return the entries that are asked for, and how they are to be searched; the form must be valid."""
        given = {name: value for name, value in self.cleaned_data.items() if value not in (None, "")}
        entries = self.access.narrow(entries)
        search = Search.INDEXED if given or self.access.narrows else Search.ALL
        if "user" in given:
            by_user, search = _by_user(given["user"])
            entries = entries.filter(by_user)
        if "operation" in given:
            entries, search = entries.filter(operation=given["operation"]), Search.SCANNED
        if "changed" in given:
            entries, search = entries.changed(*self._field_names(given["changed"])), Search.SCANNED
        if "model" in given:
            model = self.models.get(given["model"])
            entries = entries.filter(table_name=model._meta.db_table if model else given["model"])
        entries = entries.between(_midnight(given.get("since")), _midnight(given.get("until"), days=1))
        for name, lookup in (("request", "request_id"), ("transaction", "transaction_id")):
            if name in given:
                entries, search = entries.filter(**{lookup: given[name]}), Search.EXACT
        if "q" in given:
            entries, search = entries.filter(_by_id(given["q"])), Search.EXACT
        return entries, search

    @property
    def is_narrow(self) -> bool:
        """Whether anything is asked for."""
        return bool(self.query)

    @property
    def query(self) -> dict[str, str]:
        """What is asked for, as it stands in the address."""
        return {name: self.data[name] for name in self.fields if self.data.get(name)}

    def without(self, *names: str) -> str:
        """Return the query of an address that does not ask for some of it."""
        return "?" + urlencode({name: value for name, value in self.query.items() if name not in names})

    def exact(self) -> list[tuple[Any, str]]:
        """Return the bound fields that links ask for, and no input does, with the addresses without them."""
        return [(self[name], self.without(name)) for name in ("request", "transaction") if name in self.query]

    def presets(self) -> list[tuple[str, str]]:
        """Return spans of time, by name, and the addresses that ask for them."""
        today = _today()
        spans = [
            (gettext("Today"), today),
            (gettext("Past 7 days"), today - timedelta(days=6)),
            (gettext("This month"), today.replace(day=1)),
            (gettext("This year"), today.replace(month=1, day=1)),
        ]
        others = {name: value for name, value in self.query.items() if name not in ("since", "until")}
        return [(label, "?" + urlencode({**others, "since": day.isoformat()})) for label, day in spans]

    def field_names(self) -> list[tuple[str, str]]:
        """Return the fields that can be asked for, with their labels."""
        chosen = self.models.get(self.data.get("model", ""))
        models = [chosen] if chosen else self.models.values()
        fields = {field.name: str(field.verbose_name) for model in models for field in table_fields(model)}
        return sorted(fields.items())

    def _model_choices(self) -> list[Any]:
        return [("", gettext("Any")), *_by_app(self.models.items())]

    def _field_names(self, named: str) -> list[str]:
        """Take the label of a field for its name."""
        names = [name for name, label in self.field_names() if label.lower() == named.lower()]
        return [named, *names]


def _by_app(models: Iterable[tuple[str, type[Model]]]) -> list[tuple[str, list[tuple[str, str]]]]:
    def app(item: tuple[str, type[Model]]) -> str:
        return str(item[1]._meta.app_config.verbose_name)

    def label(item: tuple[str, type[Model]]) -> str:
        return capfirst(str(item[1]._meta.verbose_name))

    ordered = sorted(models, key=lambda item: (app(item), label(item)))
    return [
        (name, [(subject, label((subject, model))) for subject, model in group])
        for name, group in groupby(ordered, app)
    ]


def _by_user(named: str) -> tuple[Q, Search]:
    """
    Return the condition for a user, by key or by name.

    Of a user who is gone, or has another name now, only the log knows the name, and it has no index of names.
    """
    users: Any = get_user_model()
    with_name = users._base_manager.filter(**{users.USERNAME_FIELD: named})
    keys = {str(key) for key in with_name.values_list("pk", flat=True)}
    with suppress(ValidationError, ValueError, TypeError):
        keys.add(str(users._meta.pk.to_python(named)))
    if keys:
        return Q(user_id__in=sorted(keys)), Search.INDEXED
    return Q(user_label=named) | Q(user_id=named), Search.SCANNED


def _by_id(named: str) -> Q:
    condition = Q(record_id=named)
    if (key := number(named)) is not None:
        condition |= Q(transaction_id=key)
    with suppress(ValueError):
        condition |= Q(request_id=uuid.UUID(named))
    return condition


def _today() -> date:
    now = timezone.now()
    return (timezone.localtime(now) if timezone.is_aware(now) else now).date()


def _midnight(day: date | None, days: int = 0) -> datetime | None:
    if day is None:
        return None
    start = datetime.combine(day + timedelta(days=days), time.min)
    return timezone.make_aware(start) if timezone.is_aware(timezone.now()) else start
