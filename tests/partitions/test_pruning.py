"""Which lookups choose partitions, by the plans of the server, and what is said about the others."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db.models import Q
from django.db.models.functions import Now, TruncMonth
from django.utils import timezone

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions.bounds import start_of
from django_schemapatterns.partitions.querysets import UnprunedLookup, in_period
from tests.partitions.app.models import Reading, Region, Remark, Ticket, Visit
from tests.partitions.tools import execute, months, named, partitions, plan, select

pytestmark = pytest.mark.django_db

Rows = Callable[[], Any]
NOW, NEXT = months(), months(ahead=1)


def visits(**conditions: Any) -> Any:
    return Visit.objects.filter(**conditions)


PRUNED: dict[str, tuple[Rows, int]] = {
    "in_period of a month": (lambda: Visit.objects.in_period(NOW.year, NOW.month), 1),
    "in_period of a day": (lambda: Visit.objects.in_period(NOW.year, NOW.month, NOW.day), 1),
    "between": (lambda: Visit.objects.between(NOW, NEXT), 2),
    "a range": (lambda: visits(at__range=(NOW, NOW + timedelta(days=1))), 1),
    "gte and lt": (lambda: visits(at__gte=NOW, at__lt=NEXT), 2),
    "equality": (lambda: visits(at=NOW), 1),
    "in": (lambda: visits(at__in=[NOW, NEXT]), 2),
    "or": (lambda: Visit.objects.filter(Q(at=NOW) | Q(at=NEXT)), 2),
    "exclude": (lambda: Visit.objects.exclude(at__gte=NEXT), 2),
    "another year": (lambda: visits(at__year=2001), 0),
    "the time of the server": (lambda: visits(at__gt=Now() + timedelta(days=365)), 0),
    "in_period of uuid7": (lambda: Ticket.objects.in_period(NOW.year, NOW.month), 1),
    "a composite key": (lambda: Reading.objects.filter(pk=(1, timezone.now().date())), 1),
    "a day of a year": (lambda: Reading.objects.in_period(NOW.year, 3, 5), 1),
    "a value of a list": (lambda: Region.objects.filter(country="SE"), 2),
    "a value of a list and of the hash": (lambda: Region.objects.filter(country="SE", id=1), 1),
}

UNPRUNED: dict[str, Rows] = {
    "at__date__exact": lambda: visits(at__date=NOW.date()),
    "at__month__exact": lambda: visits(at__month=3),
    "at__date__gte": lambda: visits(at__date__gte=NOW.date()),
    "at__truncmonth__exact": lambda: Visit.objects.annotate(month=TruncMonth("at")).filter(month=NOW),
}


@pytest.mark.parametrize("name", PRUNED)
def test_the_plan_has_no_other_partition(name: str) -> None:
    rows, count = PRUNED[name]
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnprunedLookup)
        list(rows())

    assert len(plan(rows())) == count


def test_a_generic_plan_leaves_partitions_out_when_it_runs() -> None:
    execute("SET LOCAL plan_cache_mode = force_generic_plan")
    execute("PREPARE visits_at (timestamptz) AS SELECT * FROM parttests_visit WHERE at = $1")

    lines = [line for (line,) in select("EXPLAIN (ANALYZE, COSTS OFF) EXECUTE visits_at (%s)", NOW)]

    execute("DEALLOCATE visits_at")
    removed = len(partitions("parttests_visit")) - 1
    assert f"Subplans Removed: {removed}" in "".join(lines)


@pytest.mark.parametrize("name", UNPRUNED)
def test_the_plan_has_all_of_them_and_a_warning_says_so(name: str) -> None:
    rows = UNPRUNED[name]

    assert len(plan(rows())) == len(partitions("parttests_visit"))
    with pytest.warns(UnprunedLookup, match=f"parttests.Visit: {name} makes PostgreSQL read every partition"):
        list(rows())


@pytest.mark.parametrize("act", ["count", "exists", "iterator", "aggregate", "update"])
def test_every_way_to_read_warns(act: str) -> None:
    rows = visits(at__month=3)

    with pytest.warns(UnprunedLookup, match="at__month__exact"):
        list(rows.iterator()) if act == "iterator" else getattr(rows, act)(
            **({"name": "x"} if act == "update" else {})
        )


def test_another_condition_that_prunes_is_enough() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", UnprunedLookup)

        assert not Visit.objects.in_period(NOW.year, NOW.month).filter(at__date=NOW.date()).exists()
        assert not Visit.objects.filter(name="no key at all").exists()


def test_a_month_of_another_time_zone() -> None:
    before_midnight = start_of("month", NEXT) - timedelta(minutes=30)
    Visit.objects.create(at=before_midnight)
    rome = ZoneInfo("Europe/Rome")

    assert Visit.objects.in_period(NEXT.year, NEXT.month, tz=rome).count() == 1
    assert Visit.objects.in_period(NOW.year, NOW.month, tz=rome).count() == 0
    assert Visit.objects.in_period(NOW.year, NOW.month).count() == 1
    assert plan(Visit.objects.in_period(NEXT.year, NEXT.month, tz=rome)) == {
        named("parttests_visit", NOW),
        named("parttests_visit", NEXT),
    }


def test_rows_of_a_period_and_no_others() -> None:
    inside = Ticket.objects.create()
    queryset = in_period(Ticket.objects.order_by("id"), timezone.now().year, timezone.now().month)

    assert list(queryset) == [inside]
    assert not Ticket.objects.in_period(2001)
    with pytest.raises(ConfigurationError, match="Remark is not partitioned by time"):
        in_period(Remark.objects.all(), 2026)
