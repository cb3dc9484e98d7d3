"""What of a text matches, marked for HTML."""

from __future__ import annotations

from typing import Any, Final

from django.contrib.postgres.search import SearchHeadline
from django.db import models
from django.db.models import F, Func, Value
from django.db.models.functions import Left
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from django_schemapatterns.search.texts import QueryText

# Characters that no text has, because they are taken out of it before.
START, STOP = "\x02", "\x03"
# What PostgreSQL reads of a text to find the part to show.
LENGTH: Final = 50_000


class _MarkedField(models.TextField):  # type: ignore[type-arg]
    """A text in which what matches stands between the two characters; Python reads safe HTML."""

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> SafeString | None:
        if value is None:
            return None
        marked = escape(value).replace(START, "<mark>").replace(STOP, "</mark>")
        return mark_safe(marked)  # noqa: S308 - it is escaped but for the marks


class Highlight(SearchHeadline):
    output_field = _MarkedField()


def highlight(field_name: str, query: Any, config: str) -> Highlight:
    """Return the part of a field's text that matches best: its words are marked, all else is escaped."""
    plain = Func(
        Left(QueryText(F(field_name)), LENGTH),
        Value(START + STOP),
        Value(""),
        function="translate",
        output_field=models.TextField(),
    )
    return Highlight(plain, query, config=config, start_sel=START, stop_sel=STOP)
