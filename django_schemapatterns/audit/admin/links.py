"""Addresses of the pages about the log on an admin site; empty where the user has no such page."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.contrib.admin.utils import quote
from django.urls import reverse

from django_schemapatterns.audit.models import AuditLog

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.http import HttpRequest


class Links:
    """
    Where the pages are.

        links.log(model="shop.product")           # the list
        links.entry(17)                           # the page about an entry
        links.timeline("shop.userrole", '["7", "3"]')
    """

    def __init__(self, site: AdminSite, request: HttpRequest) -> None:
        self.site = site
        self.request = request

    @cached_property
    def has_pages(self) -> bool:
        """Whether the site has pages about the log."""
        return self.site.is_registered(AuditLog)

    @cached_property
    def may_read_log(self) -> bool:
        """Whether the user may see more of the log than the history of single objects."""
        return self.has_pages and self.site.get_model_admin(AuditLog).has_view_permission(self.request)

    def log(self, **filters: Any) -> str:
        if not self.may_read_log:
            return ""
        query = urlencode({name: value for name, value in filters.items() if value not in (None, "")})
        return self._reverse("changelist") + (f"?{query}" if query else "")

    def entry(self, pk: int) -> str:
        return self._reverse("change", pk) if self.may_read_log else ""

    def restore(self, pk: int) -> str:
        return self._reverse("restore", pk)

    def timeline(self, subject: str, record: str) -> str:
        if not (self.has_pages and subject and record):
            return ""
        return self._reverse("timeline", quote(subject), quote(record))

    def _reverse(self, page: str, *args: Any) -> str:
        name = f"admin:{AuditLog._meta.app_label}_{AuditLog._meta.model_name}_{page}"
        return reverse(name, args=args, current_app=self.site.name)
