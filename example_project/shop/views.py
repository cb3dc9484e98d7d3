# mypy: disable-error-code="type-arg"
# Django's generic views are generic in their stubs alone.
"""What customers see: their orders, which no view picks out. The policies of the tables do."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.db import connections, router
from django.http import HttpRequest, HttpResponseBase
from django.views.generic import DetailView, ListView

from example_project.shop.models import Order


class BoundByPolicies(LoginRequiredMixin):
    """Refuses to show anything where the database would show everything."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        alias = router.db_for_read(Order)
        with connections[alias].cursor() as cursor:
            cursor.execute("SELECT row_security_active('orders')")
            if not cursor.fetchone()[0]:
                raise PermissionDenied(f"{alias!r} connects as a role that no policy binds.")
        return super().dispatch(request, *args, **kwargs)


class MyOrders(BoundByPolicies, ListView):
    """The newest first; whose they are, the policy says."""

    queryset = Order.objects.order_by("-created_at", "-pk")
    paginate_by = 50
    template_name = "shop/orders.html"


class MyOrder(BoundByPolicies, DetailView):
    """One order with its lines."""

    queryset = Order.objects.prefetch_related("items")
    template_name = "shop/order.html"
