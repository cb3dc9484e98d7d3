"""The pages about the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from django_schemapatterns.audit.admin.access import Access
from django_schemapatterns.audit.admin.entries import EntryView, Reader
from django_schemapatterns.audit.admin.export import FORMATS, export
from django_schemapatterns.audit.admin.filters import LogFilter
from django_schemapatterns.audit.admin.history import show_timelines, timeline_response
from django_schemapatterns.audit.admin.paging import Search, number, page_of
from django_schemapatterns.audit.admin.restoring import Restoration, may_ask, restore
from django_schemapatterns.audit.admin.timeline import Timeline, entries_about
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.audit.querysets import AuditLogQuerySet, tables_of
from django_schemapatterns.schema.read_only import ReadOnlyAdmin

if TYPE_CHECKING:
    from django.http.response import HttpResponseBase
    from django.urls import URLPattern

    _ModelAdmin = admin.ModelAdmin[AuditLog]
else:
    _ModelAdmin = admin.ModelAdmin

safe = method_decorator(require_safe)


class AuditLogAdmin(ReadOnlyAdmin, _ModelAdmin):
    """
    The audit log in the admin: a list, a page for each entry, and a timeline for each object.

        other_site.register(AuditLog, AuditLogAdmin)

    The list and the entries are for users with the permission `schemapatterns.view_auditlog`, the timeline of
    an object is for those who may view the object, and all leave out what `Access` tells. Nobody can change
    entries; whoever may change an object can give it the values that it had before an entry.
    """

    def get_urls(self) -> list[URLPattern]:
        show_timelines(self.admin_site)
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        protected = self.admin_site.admin_view
        return [
            path("export/<str:kind>/", protected(self.export_view), name=f"{name}_export"),
            path("<int:pk>/restore/", protected(self.restore_view), name=f"{name}_restore"),
            path(
                "timeline/<str:subject>/<path:record>/",
                protected(self.timeline_view),
                name=f"{name}_timeline",
            ),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> AuditLogQuerySet:
        entries: Any = super().get_queryset(request)
        return Access(self.admin_site, request).narrow(entries)

    @safe
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the list: `?before=<id>` and `?after=<id>` name its pages, `LogFilter` has the rest."""
        self._require_permission(request)
        reader = self._reader(request)
        form = LogFilter(request.GET, reader.access)
        context: dict[str, Any] = {"form": form, "links": reader.links, "formats": self._formats(form)}
        if form.is_valid():
            page = page_of(*_asked(form), query=request.GET)
            context |= {
                "views": reader.views(page.entries),
                "page": page,
                "newer": page.newer and "?" + urlencode({**form.query, **page.newer}),
                "older": page.older and "?" + urlencode({**form.query, **page.older}),
                "newest": form.without(),
            }
        title = _("Audit log")
        context |= {"title": title, "crumbs": [(title, "")], **(extra_context or {})}
        return self._page(request, "list", context)

    @safe
    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an entry."""
        self._require_permission(request)
        view = self._view(request, number(unquote(object_id)))
        links = view.reader.links
        older, newer = _neighbours(view)
        context = {
            "title": _("Entry %(id)s of the audit log") % {"id": view.entry.pk},
            "view": view,
            "restore": may_ask(view) and links.restore(view.entry.pk),
            "older": older and links.entry(older),
            "newer": newer and links.entry(newer),
            "crumbs": [(_("Audit log"), links.log()), (str(view.entry.pk), "")],
            **(extra_context or {}),
        }
        return self._page(request, "entry", context)

    def restore_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask whether an object shall be what it was before an entry, and restore it."""
        self._require_permission(request)
        view = self._view(request, pk)
        if not may_ask(view):
            raise PermissionDenied
        if request.method == "POST":
            return restore(self, request, view)
        crumbs = [(_("Audit log"), view.reader.links.log()), (str(pk), view.url), (_("Restore"), "")]
        context = {"title": _("Restore"), "view": view, "restoration": Restoration(view), "crumbs": crumbs}
        return self._page(request, "restore", context)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Lead to the entry, which has no history."""
        return HttpResponseRedirect("../change/")

    @safe
    def timeline_view(self, request: HttpRequest, subject: str, record: str) -> HttpResponse:
        """Show the timeline of an object, be it there or gone."""
        timeline = Timeline(self.admin_site, request, unquote(subject), unquote(record))
        if timeline.instance is None and not timeline.views:
            raise Http404(_("The audit log knows nothing of such an object."))
        return timeline_response(self, request, timeline)

    @safe
    def export_view(self, request: HttpRequest, kind: str) -> HttpResponseBase:
        """Answer with what the list shows, on all of its pages, as a file."""
        self._require_permission(request)
        if kind not in FORMATS:
            raise Http404
        form = LogFilter(request.GET, Access(self.admin_site, request))
        if not form.is_valid():
            return HttpResponseBadRequest(form.errors.as_text(), content_type="text/plain; charset=utf-8")
        return export(self.admin_site, request, *_asked(form), kind)

    def _require_permission(self, request: HttpRequest) -> None:
        if not self.has_view_permission(request):
            raise PermissionDenied

    def _view(self, request: HttpRequest, pk: int | None) -> EntryView:
        entry = AuditLog.objects.filter(pk=pk).first() if pk is not None else None
        if entry is None:
            raise Http404(_("There is no such entry in the audit log."))
        views = self._reader(request).views([entry])
        if not views:
            raise PermissionDenied
        return views[0]

    def _reader(self, request: HttpRequest) -> Reader:
        return Reader(self.admin_site, request, AuditLog.objects.all().db)

    def _formats(self, form: LogFilter) -> list[tuple[str, str]]:
        return [(kind.upper(), f"export/{kind}/{form.without()}") for kind in FORMATS]

    def _page(self, request: HttpRequest, name: str, context: dict[str, Any]) -> TemplateResponse:
        request.current_app = self.admin_site.name
        context = {**self.admin_site.each_context(request), "opts": self.opts, "subtitle": None, **context}
        return TemplateResponse(request, f"schemapatterns/audit/{name}.html", context)


def _asked(form: LogFilter) -> tuple[AuditLogQuerySet, Search]:
    entries: Any = AuditLog.objects.all()
    return form.narrow(entries)


def _neighbours(view: EntryView) -> tuple[int | None, int | None]:
    """Return the ids of the entries before and after one about the same object."""
    entry = view.entry
    if entry.record_id is None:
        return None, None
    tables = tables_of(view.model) if view.model else [entry.table_name or ""]
    ids = entries_about(tables, entry.record_id).values_list("id", flat=True)
    key = F("id") + 0  # by the index of records, not by the primary key
    return (
        ids.filter(id__lt=entry.pk).order_by(key.desc()).first(),
        ids.filter(id__gt=entry.pk).order_by(key).first(),
    )
