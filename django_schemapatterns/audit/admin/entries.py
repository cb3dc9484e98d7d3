"""Entries of the log as a page shows them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from django_schemapatterns.audit.admin.access import Access
from django_schemapatterns.audit.admin.changes import ChangeView
from django_schemapatterns.audit.admin.differences import compact
from django_schemapatterns.audit.admin.links import Links
from django_schemapatterns.audit.admin.names import Names, joined, key_of, lookup_of
from django_schemapatterns.audit.admin.values import text_of
from django_schemapatterns.audit.diff import Change, changes_of, logged_pairs

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import Field, Model
    from django.http import HttpRequest

    from django_schemapatterns.audit.models import AuditLog

FIRST = 3  # changes that the list shows


class Reader:
    """
    Makes of entries what a request may see of them, with a fixed number of queries for each model among them.

        Reader(site, request, "default").views(entries)
    """

    def __init__(self, site: AdminSite, request: HttpRequest, alias: str) -> None:
        self.access = Access(site, request)
        self.links = Links(site, request)
        self.names = Names(alias)

    def readable(self, entries: Iterable[AuditLog]) -> list[tuple[AuditLog, Model | None]]:
        """Return the entries that the request may read, with the objects of today."""
        pairs = [(entry, self.access.audited.get(entry.table_name or "")) for entry in entries]
        for entry, model in pairs:
            self.names.want_record(model, entry.record_id)
        self.names.load()
        found = [(entry, self.names.record(model, entry.record_id)) for entry, model in pairs]
        self.access.look_for(instance for _, instance in found if instance is not None)
        return [(entry, instance) for entry, instance in found if self.access.may_read(entry, instance)]

    def views(self, entries: Iterable[AuditLog], *, of: type[Model] | None = None) -> list[EntryView]:
        """
        Return the entries that the request may read.

        of: the model, or the proxy of it, of the one object that all entries are about; that its history may
        be read is known.
        """
        views = [EntryView(entry, self, of) for entry in entries]
        for view in views:
            view.want_names()
        self.names.load()
        self.access.look_for(view.instance for view in views if view.instance is not None)
        return [view for view in views if of or self.access.may_read(view.entry, view.instance)]


class EntryView:
    """An entry, what it is about, and who wrote it."""

    def __init__(self, entry: AuditLog, reader: Reader, of: type[Model] | None = None) -> None:
        self.entry = entry
        self.reader = reader
        self.model = reader.access.audited.get(entry.table_name or "")
        self.of = of or self.model
        self._changes = changes_of(entry)

    def want_names(self) -> None:
        """Ask for all names that showing the entry takes."""
        names, entry = self.reader.names, self.entry
        names.want_record(self.model, entry.record_id)
        for field, value in self._key_parts():
            names.want_value(field, value)
        for change in self._changes:
            if not change.masked:
                names.want_value(change.field, change.old)
                names.want_value(change.field, change.new)
        if not entry.user_label:
            names.want_user(entry.user_id)

    @cached_property
    def instance(self) -> Model | None:
        """The object of today, None when it is gone."""
        return self.reader.names.record(self.model, self.entry.record_id)

    @property
    def utc(self) -> str:
        moment = self.entry.created_at
        return (
            moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f UTC") if timezone.is_aware(moment) else ""
        )

    @property
    def model_name(self) -> str:
        """What the model is called, or its table where there is no model any more."""
        if self.model is None:
            return self.entry.table_name or ""
        return capfirst(str(self.model._meta.verbose_name))

    @property
    def part(self) -> str:
        """In the timeline of an object, the parent model that the entry is about; empty for its own."""
        own = self.of and self.of._meta.concrete_model
        return "" if self.model is own else self.model_name

    @property
    def subject(self) -> str:
        """What addresses call the model: its label, or its table where there is no model any more."""
        return subject_of(self.model) if self.model else self.entry.table_name or ""

    @cached_property
    def object_name(self) -> str:
        """What the object is, or was, called."""
        if self.entry.record_id is None:
            emptied = self.entry.record_label or _("all of them")
            return emptied if self.entry.operation == "T" else ""
        name = self.entry.record_label or self.reader.names.of_record(self.model, self.entry.record_id)
        return name or self._linked_names() or joined([self._kind(), self._key_text()])

    @property
    def object_url(self) -> str:
        """Where the object is; its timeline where it is gone, or where the user has no page about it."""
        if self.entry.record_id is None:
            return ""
        page = self.instance and self.reader.access.url_of(self.instance)
        return page or self.timeline_url

    @property
    def is_gone(self) -> bool:
        return self.entry.record_id is not None and self.instance is None

    @property
    def timeline_url(self) -> str:
        record = self.entry.record_id
        return self.reader.links.timeline(self.subject, record) if record is not None else ""

    @property
    def url(self) -> str:
        return self.reader.links.entry(self.entry.pk)

    @property
    def request_url(self) -> str:
        return self.reader.links.log(request=self.entry.request_id) if self.entry.request_id else ""

    @property
    def transaction_url(self) -> str:
        return self.reader.links.log(transaction=self.entry.transaction_id)

    @property
    def together_url(self) -> str:
        """Where all is that was done in the same request, or else transaction."""
        return self.request_url or self.transaction_url

    @property
    def user_url(self) -> str:
        return self.reader.links.log(user=self.entry.user_id) if self.entry.user_id else ""

    @property
    def actor(self) -> str:
        """Who did it, empty for nobody."""
        entry = self.entry
        if not entry.user_id:
            return entry.user_label or ""
        name = entry.user_label or self.reader.names.of_user(entry.user_id)
        return name or _("user %(id)s") % {"id": entry.user_id}

    @property
    def source(self) -> str:
        """What did it, where nobody did."""
        named = self.context.get("command") or self.context.get("task")
        if named or not self.reader.links.may_read_log:
            return str(named or "")
        return joined([self.entry.application_name, self.entry.db_role], " · ")

    @property
    def context(self) -> dict[str, Any]:
        return self.entry.context if isinstance(self.entry.context, dict) else {}

    @property
    def reason(self) -> str:
        return str(self.context.get("reason") or "")

    @property
    def facts(self) -> list[tuple[str, str]]:
        """What else is known of who acted and from where, with labels."""
        entry, known = self.entry, {**self.context}
        known.pop("reason", None)
        page = joined([_as_text(known.pop("method", None)), _as_text(known.pop("url", None))])
        facts = [
            (_("Page"), page),
            *((name.replace("_", " ").capitalize(), _as_text(value)) for name, value in known.items()),
            (_("IP address"), entry.ip_address),
            (_("User agent"), entry.user_agent),
            (_("Database role"), entry.db_role),
            (_("Application"), entry.application_name),
            (_("Client address"), entry.client_address),
        ]
        return [(label, value) for label, value in facts if value]

    @cached_property
    def changes(self) -> list[ChangeView]:
        pairs = logged_pairs(self.entry)
        return [
            ChangeView(change, pairs[change.column], self.reader.names, withheld=self._withholds(change))
            for change in self._changes
        ]

    @cached_property
    def telling(self) -> list[ChangeView]:
        """Of an update all changes; of a created or deleted object what says something."""
        if self.entry.operation == "U":
            return self.changes
        return [change for change in self.changes if not change.is_empty]

    @property
    def summary(self) -> list[ChangeView]:
        """The first few changes; of a created or deleted object, those of fields that people fill in."""
        if self.entry.operation == "U":
            return self.changes[:FIRST]
        return [change for change in self.telling if change.is_editable][:FIRST]

    @property
    def more(self) -> int:
        """How many changes the summary leaves out."""
        return len(self.telling) - len(self.summary)

    @property
    def empty(self) -> list[ChangeView]:
        """What says nothing of a created or deleted object."""
        return [change for change in self.changes if change not in self.telling]

    def _withholds(self, change: Change) -> bool:
        is_whole = self.of is not None and type(self.instance) is self.of._meta.concrete_model
        return self.reader.access.withholds(self.of, change.name, self.instance if is_whole else None)

    def _kind(self) -> str:
        return str(self.model._meta.verbose_name) if self.model else self.entry.table_name or ""

    def _key_parts(self) -> list[tuple[Field[Any, Any] | None, Any]]:
        """Return the parts of the primary key that are foreign keys."""
        if self.model is None or self.entry.record_id is None:
            return []
        fields, key = self.model._meta.pk_fields, key_of(self.model, self.entry.record_id)
        parts = key if isinstance(key, tuple) else (key,)
        pairs = zip(fields, parts, strict=False)
        return [(field, part) for field, part in pairs if lookup_of(field) and part is not None]

    def _linked_names(self) -> str:
        """Name a row that only links others by those; it has no other name."""
        pairs = self._key_parts()
        if self.model is not None and self.model._meta.auto_created:
            pairs = [(change.field, _either(change)) for change in self._changes if lookup_of(change.field)]
        return " \N{EN DASH} ".join(text_of(value, field, self.reader.names) for field, value in pairs)

    def _key_text(self) -> str:
        record = self.entry.record_id or ""
        try:
            parts = json.loads(record) if record.startswith("[") else [record]
        except ValueError:
            parts = [record]
        return ", ".join(map(str, parts))


def subject_of(model: type[Model]) -> str:
    """Return what addresses call a model."""
    return model._meta.label_lower


def _as_text(value: Any) -> str:
    return "" if value is None else value if isinstance(value, str) else compact(value)


def _either(change: Change) -> Any:
    return change.old if change.new is None else change.new
