"""Rows of a period, and a warning for what makes PostgreSQL read every partition."""

from __future__ import annotations

import warnings
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Any, Self, TypeVar

from django.db import models
from django.db.models import DateTimeField

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions.bounds import uuid7_at
from django_schemapatterns.partitions.options import partition_options
from django_schemapatterns.partitions.pruning import unpruned_lookups

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)
_QuerySet = TypeVar("_QuerySet", bound="models.QuerySet[Any]")

ADVICE = "Use .in_period(2026, 3) or .between(start, end), or compare the field itself with __gte and __lt."


class UnprunedLookup(UserWarning):
    """A queryset asks for a part of a table in words that make PostgreSQL read every partition."""


def in_period(
    queryset: _QuerySet, year: int, month: int | None = None, day: int | None = None, *, tz: tzinfo = UTC
) -> _QuerySet:
    """
    Return the rows of a year, a month or a day, from the partitions that hold them and no other.

        in_period(Order.objects.all(), 2026, 3)

    tz: the time zone of that year, month or day; partitions are those of UTC.
    """
    start = datetime(year, month or 1, day or 1, tzinfo=tz)
    if day:
        end = (start.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=tz)
    elif month:
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=tz)
    else:
        end = datetime(year + 1, 1, 1, tzinfo=tz)
    return between(queryset, start, end)


def between(queryset: _QuerySet, start: datetime, end: datetime) -> _QuerySet:
    """
    Return the rows from one moment, included, to another, excluded.

    Raises ConfigurationError for a model that is not partitioned by time.
    """
    options = partition_options(queryset.model)
    if options is None or options.every is None:
        raise ConfigurationError(f"{queryset.model._meta.label} is not partitioned by time.")
    field = queryset.model._meta.get_field(options.name)
    low, high = _bound(options.key, field, start), _bound(options.key, field, end)
    return queryset.filter(**{f"{options.name}__gte": low, f"{options.name}__lt": high})


def _bound(key: str, field: Any, at: datetime) -> Any:
    if key == "uuid7":
        return uuid7_at(at)
    if isinstance(field, DateTimeField):
        return at
    # Days are compared as they are called where the period is.
    day = date(at.year, at.month, at.day)
    return day if at.timetz().replace(tzinfo=None) == datetime.min.time() else day + timedelta(days=1)


class PartitionedQuerySet(models.QuerySet[_Model_co]):
    """
    A queryset of a partitioned model, to put among the bases of your own.

        Order.objects.in_period(2026, 3)               # reads one partition
        Order.objects.filter(created_at__month=3)      # reads all of them, and warns
    """

    def in_period(
        self, year: int, month: int | None = None, day: int | None = None, *, tz: tzinfo = UTC
    ) -> Self:
        """The rows of a year, a month or a day in UTC, or in another time zone."""
        return in_period(self, year, month, day, tz=tz)

    def between(self, start: datetime, end: datetime) -> Self:
        """The rows from one moment, included, to another, excluded."""
        return between(self, start, end)

    def count(self) -> int:
        self._warn()
        return super().count()

    def exists(self) -> bool:
        self._warn()
        return super().exists()

    def aggregate(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        self._warn()
        return super().aggregate(*args, **kwargs)

    def update(self, **kwargs: Any) -> int:
        self._warn()
        return super().update(**kwargs)

    def iterator(self, *args: Any, **kwargs: Any) -> Any:
        self._warn()
        return super().iterator(*args, **kwargs)

    def _fetch_all(self) -> None:
        if self._result_cache is None:
            self._warn()
        super()._fetch_all()

    def _warn(self) -> None:
        if found := unpruned_lookups(self):
            what = f"{self.model._meta.label}: {', '.join(found)} makes PostgreSQL read every partition."
            warnings.warn(
                f"{what} {ADVICE}",
                UnprunedLookup,
                stacklevel=4,
            )


class PartitionedManager(models.Manager.from_queryset(PartitionedQuerySet)):  # type: ignore[misc]
    """The manager of models that are partitioned and nothing else."""
