"""How partitions are, on one page of the admin."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _

from django_schemapatterns.partitions.catalog_model import TablePartition
from django_schemapatterns.partitions.listing import COUNTED
from django_schemapatterns.partitions.status import Status, status
from django_schemapatterns.schema.read_only import ReadOnlyAdmin

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from django_schemapatterns.partitions.listing import Partition

    _ModelAdmin = admin.ModelAdmin[TablePartition]
else:
    _ModelAdmin = admin.ModelAdmin


@dataclass(frozen=True, slots=True)
class Bar:
    """A partition, and how long its bar is, in hundredths of the longest."""

    partition: Partition
    width: int
    kind: str


@dataclass(frozen=True, slots=True)
class Picture:
    """A table with the bars of its partitions."""

    status: Status
    bars: list[Bar]

    @property
    def counted(self) -> int:
        return COUNTED


class TablePartitionAdmin(ReadOnlyAdmin, _ModelAdmin):
    """Shows partitions, and what the next run would do; it changes nothing."""

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Partitions"),
            "opts": self.opts,
            "pictures": [picture(each) for each in status(using=self.get_queryset(request).db)],
            **(extra_context or {}),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, "schemapatterns/partitions/status.html", context)


def picture(found: Status) -> Picture:
    """Return what the page draws of a table."""
    return Picture(found, list(_bars(found)))


def _bars(found: Status) -> Iterator[Bar]:
    longest = max((each.bytes for each in found.listing.partitions), default=0) or 1
    for each in found.listing.partitions:
        yield Bar(each, max(round(each.bytes * 100 / longest), 1), _kind(each, found))


def _kind(partition: Partition, found: Status) -> str:
    if partition.is_pending:
        return "pending"
    if partition.window is None:
        return "default" if partition.is_default else "other"
    if found.now in partition.window:
        return "now"
    return "ahead" if partition.window.low > found.now else "past"
