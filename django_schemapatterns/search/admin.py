"""The search box of the admin."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.contrib.admin.views.main import ORDER_VAR
from django.core import checks
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.search.querysets import find, vector_fields

if TYPE_CHECKING:
    from django.db.models import QuerySet

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object

# What says more than the beginnings of words can say.
_OPERATORS = re.compile(r'"|(^|\s)(-\S|or\s)', re.IGNORECASE)


class SearchAdmin(_ModelAdmin):
    """
    A ModelAdmin whose search box, and whose autocompletion, looks into the `SearchVectorField`.

        @admin.register(Product)
        class ProductAdmin(SearchAdmin, admin.ModelAdmin): ...

    Words, or their beginnings, must all be there; "phrases", `or` and -words are understood, too. The best
    comes first, unless a column is clicked.
    """

    # Django shows the box where there are such fields.
    search_fields = ["pk"]
    search_help_text = _('Words or their beginnings; also "a phrase", one or another, -without')

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        found = find(queryset, search_term, prefix=not _OPERATORS.search(search_term))
        clicked = request.GET.get(ORDER_VAR)
        return (found.order_by(*queryset.query.order_by) if clicked else found), False

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        if vector_fields(self.model):
            return super().check(**kwargs)
        return [
            *super().check(**kwargs),
            checks.Error(
                f"{type(self).__name__} searches {self.model._meta.label}, which has no SearchVectorField.",
                hint="Add a SearchVectorField to the model, or take SearchAdmin from the bases.",
                obj=type(self),
                id="schemapatterns.E646",
            ),
        ]
