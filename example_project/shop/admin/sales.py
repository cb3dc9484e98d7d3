# mypy: disable-error-code="type-arg"
# Django's admin classes are generic in their stubs alone.

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.admin import AliveChoicesMixin
from example_project.shop.models import Order, OrderItem, OrderStatus
from example_project.shop.orders import move_orders

ADDRESS = [
    ("first_name", "last_name"),
    ("company",),
    ("address_line_1",),
    ("address_line_2",),
    ("postal_code", "city"),
    ("state", "country"),
    ("phone",),
]


def address_fields(kind: str) -> list[Any]:
    return [tuple(f"{kind}_{name}" for name in line) for line in ADDRESS]


class OrderItemInline(AliveChoicesMixin, admin.TabularInline):
    model = OrderItem
    extra = 0
    autocomplete_fields = ["product", "product_variant"]
    exclude = ["product_attributes"]


@admin.register(Order)
class OrderAdmin(AliveChoicesMixin, admin.ModelAdmin):
    list_display = ["order_number", "user", "status", "total", "currency", "created_at"]
    list_select_related = ["user"]
    list_filter = ["status", "created_at", "currency"]
    search_fields = ["order_number", "tracking_number", "user__email"]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False
    autocomplete_fields = ["user"]
    readonly_fields = ["shipped_at", "delivered_at", "created_at", "updated_at"]
    inlines = [OrderItemInline]
    actions = ["start_processing", "ship", "deliver", "cancel"]
    fieldsets = [
        (None, {"fields": ["order_number", "user", "status", "notes", "internal_notes"]}),
        (
            _("Amounts"),
            {"fields": ["currency", ("subtotal", "tax_total", "shipping_total", "discount_total"), "total"]},
        ),
        (_("Shipping"), {"fields": [("shipping_method", "tracking_number"), ("shipped_at", "delivered_at")]}),
        (_("Shipping address"), {"fields": address_fields("shipping"), "classes": ["collapse"]}),
        (_("Billing address"), {"fields": address_fields("billing"), "classes": ["collapse"]}),
        (_("Dates"), {"fields": ["created_at", "updated_at"]}),
    ]

    @admin.action(description=_("Start processing selected orders"), permissions=["change"])
    def start_processing(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self.move(request, queryset, OrderStatus.PROCESSING)

    @admin.action(description=_("Ship selected orders"), permissions=["change"])
    def ship(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self.move(request, queryset, OrderStatus.SHIPPED)

    @admin.action(description=_("Mark selected orders as delivered"), permissions=["change"])
    def deliver(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self.move(request, queryset, OrderStatus.DELIVERED)

    @admin.action(description=_("Cancel selected orders"), permissions=["change"])
    def cancel(self, request: HttpRequest, queryset: QuerySet[Order]) -> None:
        self.move(request, queryset, OrderStatus.CANCELLED)

    def move(self, request: HttpRequest, queryset: QuerySet[Order], status: OrderStatus) -> None:
        moved = move_orders(queryset, status)
        message = _("%(moved)d orders are now %(status)s.") % {"moved": moved, "status": status.label}
        self.message_user(request, message)


@admin.register(OrderItem)
class OrderItemAdmin(AliveChoicesMixin, admin.ModelAdmin):
    list_display = ["order", "product_name", "product_sku", "quantity", "unit_price", "total_price"]
    list_select_related = ["order"]
    search_fields = ["product_sku", "order__order_number"]
    ordering = ["-id"]
    show_full_result_count = False
    autocomplete_fields = ["order", "product", "product_variant"]
    readonly_fields = ["created_at"]
