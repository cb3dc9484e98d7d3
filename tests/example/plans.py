"""What PostgreSQL would do for a query."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import QuerySet

# The index of a partition is a part of its table's.
WHOLE = """
    SELECT coalesce((SELECT root::text FROM pg_partition_ancestors(to_regclass(name)) WITH ORDINALITY
                     AS part (root, place) ORDER BY place DESC LIMIT 1), name)
    FROM unnest(%s::text[]) AS name
"""


def indexes_used(queryset: QuerySet[Any, Any]) -> set[str]:
    """Return the names of the indexes in the plan of a query."""
    [explained] = json.loads(queryset.explain(format="json"))
    names = {node["Index Name"] for node in nodes(explained["Plan"]) if "Index Name" in node}
    with connection.cursor() as cursor:
        cursor.execute(WHOLE, [sorted(names)])
        return {name for (name,) in cursor.fetchall()}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)
