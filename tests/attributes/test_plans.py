"""Every lookup that the documentation names uses an index, as PostgreSQL plans it for a table with rows."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.db.models import Q

from tests.attributes.app.models import Item

ALL = "attributetests_item_specs_gin"
WEIGHT = "attributetests_item_specs_weight"
RELEASED = "attributetests_item_specs_released"
NAME = "attributetests_item_specs_name_prefix"
COLOR = "attributetests_item_specs_color"

FILL = """
INSERT INTO attributetests_item (specs, alive)
SELECT jsonb_build_object(
    'color', 'color ' || n % 500, 'name', 'name ' || md5(n::text), 'weight', n / 10.0,
    'released', (date '2000-01-01' + n % 9000)::text, 'sold', n % 1000 = 0,
    'tags', jsonb_build_array('tag ' || n % 700, 'tag ' || n % 900)
), n % 10 > 0
FROM generate_series(1, 20000) AS n
"""

asked = Item.objects.filter_attributes
LOOKUPS: dict[str, tuple[Any, str]] = {
    "equal": (lambda: asked(color="color 7"), ALL),
    "equal, two at once": (lambda: asked(color="color 0", sold=True), ALL),
    "in": (lambda: asked(color__in=["color 7", "color 8"]), ALL),
    "bool": (lambda: asked(sold=True), ALL),
    "number": (lambda: asked(weight=Decimal("7.5")), ALL),
    "date": (lambda: asked(released=date(2001, 1, 1)), ALL),
    "has": (lambda: asked(tags__has="tag 7"), ALL),
    "has any": (lambda: asked(tags__has_any=["tag 7", "tag 8"]), ALL),
    "has all": (lambda: asked(tags__has_all=["tag 7", "tag 707"]), ALL),
    "list": (lambda: asked(tags=["tag 7", "tag 7"]), ALL),
    "contains": (lambda: Item.objects.filter(specs__contains={"color": "color 7"}), ALL),
    "gt": (lambda: asked(weight__gt=1995), WEIGHT),
    "gte": (lambda: asked(weight__gte=1995), WEIGHT),
    "lt": (lambda: asked(weight__lt=5), WEIGHT),
    "lte": (lambda: asked(weight__lte=5), WEIGHT),
    "range": (lambda: asked(weight__range=(5, 9)), WEIGHT),
    "range of dates": (lambda: asked(released__range=(date(2001, 1, 1), date(2001, 1, 9))), RELEASED),
    "plain equal": (lambda: Item.objects.filter(specs__weight=7), WEIGHT),
    "plain in": (lambda: Item.objects.filter(specs__weight__in=[7, 8]), WEIGHT),
    "plain gte": (lambda: Item.objects.filter(specs__weight__gte=1995), WEIGHT),
    "order": (lambda: Item.objects.order_by("specs__weight")[:10], WEIGHT),
    "order backwards": (lambda: Item.objects.order_by("-specs__weight")[:10], WEIGHT),
    "startswith": (lambda: asked(name__startswith="name abc"), NAME),
    "plain startswith": (lambda: Item.objects.filter(specs__name__startswith="name abc"), NAME),
    "partial": (lambda: Item.objects.filter(Q(alive=True), specs__color="color 7"), COLOR),
}  # fmt: skip


def indexes_of(rows: Any) -> set[str]:
    """The indexes in the plan of a query."""
    (plan,) = json.loads(rows.explain(format="json"))
    found: set[str] = set()
    waiting = [plan["Plan"]]
    while waiting:
        node = waiting.pop()
        found |= {node["Index Name"]} if "Index Name" in node else set()
        waiting += node.get("Plans", [])
    return found


@pytest.mark.django_db
def test_every_documented_lookup_uses_its_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(FILL)
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [ALL])  # as autovacuum does
        cursor.execute("ANALYZE attributetests_item")

    used = {name: indexes_of(rows()) for name, (rows, _index) in LOOKUPS.items()}

    unserved = {name: used[name] for name, (_, index) in LOOKUPS.items() if index not in used[name]}
    assert unserved == {}
    assert [name for name, (rows, _index) in LOOKUPS.items() if not rows().exists()] == []
