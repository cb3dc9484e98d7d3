"""What happens to orders after they were placed."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from example_project.accounts.models import User
from example_project.shop.models import Order, OrderStatus, Product

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
    return orders.filter(status__in=COMES_FROM[status]).update(status=status, **changes)


@transaction.atomic
def place_order(user: User, basket: dict[Product, int]) -> Order:
    """Buy some of each product for a user, and take them out of the stock."""
    total = sum(product.price * quantity for product, quantity in basket.items())
    order: Order = Order.objects.create(
        order_number=f"{timezone.now():%Y%m}-{uuid4().hex[:10]}",
        user=user,
        subtotal=total,
        total=total,
        billing_first_name=user.first_name,
        billing_last_name=user.last_name,
    )
    for product, quantity in basket.items():
        order.items.create(
            product=product,
            quantity=quantity,
            unit_price=product.price,
            total_price=product.price * quantity,
            product_name=product.name,
            product_sku=product.sku,
            product_attributes=product.attributes,
        )
        tracked = Product.objects.filter(pk=product.pk, inventory_tracking=True)
        tracked.update(inventory_quantity=F("inventory_quantity") - quantity)
    return order
