"""What PostgreSQL would do for a query."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from django.db.models import QuerySet


def indexes_used(queryset: QuerySet[Any, Any]) -> set[str]:
    """Return the names of the indexes in the plan of a query."""
    [explained] = json.loads(queryset.explain(format="json"))
    return {node["Index Name"] for node in nodes(explained["Plan"]) if "Index Name" in node}


def nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)
