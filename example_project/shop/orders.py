"""What happens to orders after they were placed."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Now

from example_project.shop.models import Order, OrderStatus

COMES_FROM = {
    OrderStatus.PROCESSING: [OrderStatus.PENDING, OrderStatus.ON_HOLD],
    OrderStatus.ON_HOLD: [OrderStatus.PENDING, OrderStatus.PROCESSING],
    OrderStatus.SHIPPED: [OrderStatus.PROCESSING],
    OrderStatus.DELIVERED: [OrderStatus.SHIPPED],
    OrderStatus.CANCELLED: [OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.ON_HOLD],
    OrderStatus.REFUNDED: [OrderStatus.DELIVERED],
}
STAMPS = {OrderStatus.SHIPPED: "shipped_at", OrderStatus.DELIVERED: "delivered_at"}


def move_orders(orders: QuerySet[Order], status: OrderStatus, **changes: Any) -> int:
    """Move those orders that may get there to a status, and say how many did."""
    if stamp := STAMPS.get(status):
        changes[stamp] = Now()
    return orders.filter(status__in=COMES_FROM[status]).update(status=status, updated_at=Now(), **changes)
