"""The history of one object, grouped by what was done together."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from django_schemapatterns.audit.admin.entries import EntryView, Reader
from django_schemapatterns.audit.admin.names import joined
from django_schemapatterns.audit.admin.paging import Search, page_of
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.audit.querysets import AuditLogQuerySet, tables_of

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest


@dataclass(frozen=True)
class Group:
    """Entries of one request, or of one transaction where there was no request."""

    views: list[EntryView]

    @property
    def first(self) -> EntryView:
        return self.views[0]


class Timeline:
    """
    The history of an object as a request may read it; raises PermissionDenied when it may not.

        Timeline(site, request, "shop.product", "7").groups

    subject: the label of the model, or a table that has no model any more.
    instance: the object, if the caller has made sure that the user may view it.
    """

    def __init__(
        self,
        site: AdminSite,
        request: HttpRequest,
        subject: str,
        record: str,
        *,
        instance: Model | None = None,
    ) -> None:
        self.record = record
        self.subject = subject
        alias = (instance and instance._state.db) or AuditLog.objects.all().db
        self.reader = Reader(site, request, alias)
        self.model = self._model()
        self.instance = instance or self._load_instance()
        if instance is None and not self._may_read():
            raise PermissionDenied
        entries = entries_about(self.tables, record).using(alias)
        self.page = page_of(entries, Search.EXACT, request.GET)
        self.views = self.reader.views(self.page.entries, of=type(instance) if instance else self.model)

    @property
    def tables(self) -> list[str]:
        return tables_of(self.model) if self.model else [self.subject]

    @property
    def groups(self) -> list[Group]:
        return [Group(list(views)) for _, views in groupby(self.views, _together)]

    @property
    def kind(self) -> str:
        return capfirst(str(self.model._meta.verbose_name)) if self.model else self.subject

    @property
    def name(self) -> str:
        """What the object is, or was, called."""
        names = self.reader.names
        live = names.of_record(self.model, self.record)
        logged = (view.object_name for view in self.views if view.entry.record_id is not None)
        return live or next(logged, "") or joined([self.kind, self.record])

    @property
    def object_url(self) -> str:
        return (self.instance and self.reader.access.url_of(self.instance)) or ""

    @property
    def is_gone(self) -> bool:
        return self.instance is None

    @property
    def crumbs(self) -> list[tuple[str, str]]:
        """Labels and addresses of what the page lies under; the last is the page."""
        log = self.reader.links.log()
        above = [(_("Audit log"), log), (self.kind, self.reader.links.log(model=self.subject))] if log else []
        return [*above, (Truncator(self.name).chars(60), "")]

    @property
    def newer(self) -> str:
        return f"?{urlencode(self.page.newer)}" if self.page.newer else ""

    @property
    def older(self) -> str:
        return f"?{urlencode(self.page.older)}" if self.page.older else ""

    def _model(self) -> type[Model] | None:
        audited = self.reader.access.audited.values()
        return next((model for model in audited if model._meta.label_lower == self.subject), None)

    def _load_instance(self) -> Model | None:
        names = self.reader.names
        names.want_record(self.model, self.record)
        names.load()
        instance = names.record(self.model, self.record)
        if instance is not None:
            self.reader.access.look_for([instance])
        return instance

    def _may_read(self) -> bool:
        access = self.reader.access
        if self.model is None:
            return access.is_superuser
        return access.may_read_history(self.model, self.instance)


def entries_about(tables: list[str], record: str | None) -> AuditLogQuerySet:
    """Return the entries about a record, and those about all of its table."""
    entries: Any = AuditLog.objects.filter(table_name__in=tables)
    return entries.filter(Q(record_id=record) | Q(record_id=None))  # type: ignore[no-any-return]


def _together(view: EntryView) -> Any:
    return view.entry.request_id or view.entry.transaction_id
