"""The versions of one row, as the pages of the admin show them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from django.contrib.admin.utils import display_for_field, label_for_field, quote
from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.paginator import Page, Paginator
from django.db.models import Model
from django.urls import reverse

from django_schemapatterns.periods.admin.chart import Chart, chart_of
from django_schemapatterns.periods.options import options_of, owner_field
from django_schemapatterns.periods.querysets import PeriodQuerySet, believed
from django_schemapatterns.periods.versions import clock

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import HttpRequest

    from django_schemapatterns.periods.admin.inline import PeriodInline

FEW: Final = 10
PAGE: Final = 50
DRAWN: Final = 10_000
EMPTY: Final = "–"  # noqa: RUF001 - it is what people see


@dataclass(frozen=True)
class Line:
    """
    A version in a table.

    state: past, current or scheduled.  actions: the pages that the user may go to.
    """

    version: Any
    state: str
    cells: list[str]
    by: str
    actions: list[tuple[str, str]]


class History:
    """The versions of an owner that a user may see."""

    def __init__(self, inline: PeriodInline, request: HttpRequest, owner: Model) -> None:
        self.inline, self.request, self.owner = inline, request, owner
        self.model: Any = inline.model
        self.columns = options_of(self.model).columns
        self.using: str = owner._state.db or "default"

    @cached_property
    def now(self) -> datetime:
        return clock(self.using)

    @cached_property
    def everything(self) -> Any:
        """The versions and the marks of ends, in the order of time."""
        field = owner_field(self.model)
        key = getattr(self.owner, field.target_field.attname)
        rows: Any = believed(PeriodQuerySet(self.model, using=self.using))
        return rows.filter(**{field.attname: key}).order_by("effective_from")

    @cached_property
    def versions(self) -> Any:
        """The versions, the latest first, each with its end."""
        rows = self.everything.filter(ended=False).with_ends().reverse()
        by = self.model._meta.get_field("created_by")
        return rows.select_related("created_by") if by.is_relation else rows

    @cached_property
    def count(self) -> int:
        return int(self.everything.filter(ended=False).count())

    @property
    def labels(self) -> list[str]:
        return [str(label_for_field(name, self.model)) for name in self.columns]

    @cached_property
    def newest(self) -> list[Line]:
        """What is scheduled next, what is in force, and a few before."""
        coming = self.versions.filter(effective_from__gt=self.now).reverse()[:FEW]
        return self.lines([*reversed(coming), *self.versions.filter(effective_from__lte=self.now)[:FEW]])

    def page(self, number: str | None) -> tuple[Page[Any], list[Line]]:
        """Return a page of all versions."""
        page = Paginator(self.versions, PAGE).get_page(number)
        return page, self.lines(page.object_list)

    @cached_property
    def charts(self) -> list[Chart]:
        """One chart for each column of numbers."""
        names = [name for name in self.columns if self._is_number(name)]
        latest = self.everything.reverse().values_list("effective_from", "ended", *names)
        rows = latest[:DRAWN][::-1] if names else []
        charts = [
            chart_of(
                str(label_for_field(name, self.model)),
                [(row[0], None if row[1] else _drawn(row[at])) for row in rows],
                self.now,
            )
            for at, name in enumerate(names, 2)
        ]
        return [chart for chart in charts if chart]

    @property
    def may_schedule(self) -> bool:
        return self.inline.may(self.request, "add", self.owner)

    @property
    def url(self) -> str:
        return self._url("periods")

    @property
    def schedule_url(self) -> str:
        return self._url("period_schedule")

    def state(self, version: Any) -> str:
        if version.effective_from > self.now:
            return "scheduled"
        return "current" if version.effective_to is None or version.effective_to > self.now else "past"

    def lines(self, versions: Iterable[Any], *, actions: bool = True) -> list[Line]:
        """Return versions as the table shows them."""
        versions = list(versions)
        names = self._names(versions)
        return [
            Line(
                version,
                self.state(version),
                self._cells(version),
                names(version),
                self._actions(version) if actions else [],
            )
            for version in versions
        ]

    def _cells(self, version: Any) -> list[str]:
        fields = [self.model._meta.get_field(name) for name in self.columns]
        return [_cell(getattr(version, field.name), field) for field in fields]

    def _actions(self, version: Any) -> list[tuple[str, str]]:
        found = []
        if self.inline.may(self.request, "change", self.owner):
            found.append(("correct", self._url("period_correct", quote(version.pk))))
        if version.effective_from > self.now and self.inline.may(self.request, "delete", self.owner):
            found.append(("cancel", self._url("period_cancel", quote(version.pk))))
        return found

    def _url(self, page: str, *keys: str) -> str:
        options = self.inline.parent_model._meta
        name = f"{self.inline.admin_site.name}:{options.app_label}_{options.model_name}_{page}"
        return reverse(name, args=[quote(self.owner.pk), self.model._meta.model_name, *keys])

    def _is_number(self, name: str) -> bool:
        field = self.model._meta.get_field(name)
        kinds = {"DecimalField", "FloatField", *(f"{size}IntegerField" for size in _SIZES)}
        return field.get_internal_type() in kinds and not field.choices

    def _names(self, versions: list[Any]) -> Any:
        """Return what tells who made a version; a key of a user becomes the user's name."""
        users: Any = get_user_model()
        keys: dict[str, Any] = {}
        for version in versions:
            if isinstance(version.created_by, str):
                try:
                    keys[version.created_by] = users._meta.pk.to_python(version.created_by)
                except (ValidationError, ValueError, TypeError):
                    continue
        known = users._base_manager.in_bulk(list(keys.values())) if keys else {}
        return lambda version: str(known.get(keys.get(version.created_by)) or version.created_by or "")


def _cell(value: Any, field: Any) -> str:
    if isinstance(value, float | Decimal) and not math.isfinite(value):
        return str(value)  # which Django can not format
    return str(display_for_field(value, field, EMPTY))


def _drawn(value: Any) -> Any:
    """Return a number, None for what has no place on an axis."""
    return value if value is not None and math.isfinite(value) else None


_SIZES: Final = ("", "Big", "Small", "Positive", "PositiveBig", "PositiveSmall")
