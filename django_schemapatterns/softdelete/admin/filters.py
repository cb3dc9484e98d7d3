"""The filter of a list: alive, deleted or all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.softdelete.querysets import without_alive_filter
from django_schemapatterns.softdelete.relations import MARK

PARAMETER: Final = "deleted"
DELETED, ALL = "only", "all"


class DeletionFilter(admin.SimpleListFilter):
    """Shows the alive rows unless asked for others; counts nothing."""

    title = _("deletion")
    parameter_name = PARAMETER

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [(DELETED, _("Deleted")), (ALL, _("All"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() not in (DELETED, ALL):
            return queryset
        rows: QuerySet[Any] = without_alive_filter(queryset)
        return rows.filter(**{f"{MARK}__isnull": False}) if self.value() == DELETED else rows

    def choices(self, changelist: Any) -> Iterator[Any]:
        chosen = self.value() if self.value() in (DELETED, ALL) else None
        for value, words in [(None, _("Alive")), *self.lookup_choices]:
            query = (
                changelist.get_query_string({PARAMETER: value})
                if value
                else changelist.get_query_string(remove=[PARAMETER])
            )
            yield {"selected": chosen == value, "query_string": query, "display": words}
