"""The ModelAdmin of a model that has versions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path

from django_schemapatterns.periods.admin.history import History
from django_schemapatterns.periods.admin.inline import PeriodInline
from django_schemapatterns.periods.admin.pages import Cancelling, Correcting, Listing, Scheduling

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object

_START: Final = "<path:object_id>/periods/<str:name>/"
PAGES: Final[dict[str, tuple[str, Any]]] = {
    "periods": (_START, Listing),
    "period_schedule": (f"{_START}schedule/", Scheduling),
    "period_correct": (f"{_START}<str:version>/correct/", Correcting),
    "period_cancel": (f"{_START}<str:version>/cancel/", Cancelling),
}


class PeriodAdmin(_ModelAdmin):
    """
    A ModelAdmin with the pages that its PeriodInline leads to: all versions, schedule, correct and cancel.

        @admin.register(Product)
        class ProductAdmin(PeriodAdmin, admin.ModelAdmin):
            inlines = [ProductPriceInline]
    """

    def get_urls(self) -> list[Any]:
        prefix = f"{self.opts.app_label}_{self.opts.model_name}"
        ours = [
            path(route, self.admin_site.admin_view(partial(self._period_view, page)), name=f"{prefix}_{name}")
            for name, (route, page) in PAGES.items()
        ]
        return [*ours, *super().get_urls()]

    def _period_view(
        self, page: Any, request: HttpRequest, object_id: str, name: str, version: str | None = None
    ) -> HttpResponse:
        owner = self.get_object(request, unquote(object_id))
        if not self.has_view_or_change_permission(request, owner):
            raise PermissionDenied
        if owner is None:
            missing: Any = self._get_obj_does_not_exist_redirect  # type: ignore[attr-defined]
            gone: HttpResponse = missing(request, self.opts, object_id)
            return gone
        found: HttpResponse = page(self, History(self._period_inline(request, owner, name), request, owner))(
            unquote(version) if version else None
        )
        return found

    def _period_inline(self, request: HttpRequest, owner: Any, name: str) -> PeriodInline:
        """Return the inline whose versions are meant; there is none for those whom it is not shown to."""
        for inline in self.get_inline_instances(request, owner):
            if isinstance(inline, PeriodInline) and inline.model._meta.model_name == name:
                return inline
        raise Http404(f"{self.opts.label} has no versions {name!r} here.")
