"""The orders of the example shop, which order items point at."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import timezone

from django_schemapatterns.partitions import Archive, Retention, ensure, expire, restore, status
from tests.example.making import make_item, make_order
from tests.partitions_maintenance.tools import actions, execute, rows

pytestmark = pytest.mark.django_db


def test_orders_have_partitions_for_months_to_come() -> None:
    assert ensure("shop.Order").complete

    (found,) = status("shop.Order")

    assert found.is_well
    assert found.days_ahead > 85


def test_old_orders_go_after_their_items(tmp_path: Path) -> None:
    execute("SELECT schemapatterns.create_monthly_partitions('orders', '2020-02-01', '2020-03-01')")
    order = make_order(created_at=datetime(2020, 2, 3, tzinfo=UTC))
    item = make_item(order=order)
    retention = Retention(grace=None, archive=Archive(folder=tmp_path))

    refused = expire("shop.Order", now=timezone.now(), retention=retention)
    assert "rows of order_items point at it" in refused.problems[0].text
    item.delete()
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    outcome = expire("shop.Order", retention=retention)

    assert outcome.complete, outcome.problems
    assert [each.split()[0] for each in actions(outcome.done)] == ["detach", "archive", "drop"]
    table, _ = restore(next(tmp_path.glob("*.gz")))
    assert rows(f"SELECT id FROM {table}") == [(order.pk,)]
