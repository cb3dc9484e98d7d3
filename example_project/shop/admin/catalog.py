# mypy: disable-error-code="type-arg"
# Django's admin classes are generic in their stubs alone.

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce, Now
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.admin import (
    AuditAdminMixin,
    NoOverlapFormSet,
    PeriodAdmin,
    PeriodInline,
    SearchAdmin,
    SoftDeleteAdmin,
)
from example_project.shop.models import (
    Brand,
    Category,
    Product,
    ProductPrice,
    ProductPromotion,
    ProductStatus,
    ProductVariant,
    Vendor,
)


@admin.register(Category)
class CategoryAdmin(admin.ModelAdmin):
    list_display = ["name", "parent", "sort_order", "is_active"]
    list_select_related = ["parent"]
    list_filter = ["is_active"]
    search_fields = ["name", "slug"]
    autocomplete_fields = ["parent"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["created_at", "updated_at"]


@admin.register(Brand)
class BrandAdmin(admin.ModelAdmin):
    # What Django 6 takes for granted, and Django 5.2 warns about.
    formfield_overrides = {models.URLField: {"assume_scheme": "https"}}
    list_display = ["name", "website", "is_active"]
    list_filter = ["is_active"]
    search_fields = ["name"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["created_at", "updated_at"]


@admin.register(Vendor)
class VendorAdmin(admin.ModelAdmin):
    list_display = ["name", "code", "country", "lead_time_days", "is_active"]
    list_filter = ["is_active", "country"]
    search_fields = ["name", "code"]
    readonly_fields = ["created_at", "updated_at"]


class LowStockFilter(admin.SimpleListFilter):
    title = _("stock")
    parameter_name = "stock"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("low", _("low"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() != "low":
            return queryset
        return queryset.filter(inventory_tracking=True, inventory_quantity__lte=F("low_stock_threshold"))


class ProductVariantInline(admin.TabularInline):
    model = ProductVariant
    extra = 0
    fields = ["name", "sku", "price", "inventory_quantity", "sort_order", "is_active"]


class ProductPriceInline(PeriodInline):
    model = ProductPrice


class ProductPromotionInline(admin.TabularInline):
    model = ProductPromotion
    formset = NoOverlapFormSet
    extra = 0


@admin.register(Product)
class ProductAdmin(SearchAdmin, PeriodAdmin, SoftDeleteAdmin, AuditAdminMixin, admin.ModelAdmin):
    list_display = ["name", "sku", "category", "price", "status", "inventory_quantity", "featured"]
    list_select_related = ["category"]
    list_filter = ["status", "visibility", LowStockFilter, "featured", "is_digital", "category"]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False
    autocomplete_fields = ["category", "brand", "vendor"]
    prepopulated_fields = {"slug": ["name"]}
    readonly_fields = ["published_at", "created_at", "updated_at"]
    inlines = [ProductPriceInline, ProductVariantInline, ProductPromotionInline]
    actions = ["publish", "archive"]
    fieldsets = [
        (None, {"fields": ["name", "slug", "sku", "short_description", "description"]}),
        (_("Price"), {"fields": [("price", "compare_price", "cost_price"), "tax_class"]}),
        (
            _("Place"),
            {"fields": ["category", "brand", "vendor", ("status", "visibility", "featured"), "published_at"]},
        ),
        (
            _("Stock"),
            {
                "fields": [
                    "inventory_tracking",
                    ("inventory_quantity", "low_stock_threshold"),
                    "allow_backorder",
                ]
            },
        ),
        (_("Shipping"), {"fields": [("requires_shipping", "is_digital"), "weight", "dimensions"]}),
        (_("Attributes"), {"fields": ["tags", "attributes"]}),
        (_("Search engines"), {"fields": ["seo_title", "seo_description"], "classes": ["collapse"]}),
        (_("Dates"), {"fields": ["created_at", "updated_at"]}),
    ]

    @admin.action(description=_("Publish selected products"), permissions=["change"])
    def publish(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        changed = queryset.update(status=ProductStatus.ACTIVE, published_at=Coalesce("published_at", Now()))
        self.message_user(request, _("Published %d products.") % changed)

    @admin.action(description=_("Archive selected products"), permissions=["change"])
    def archive(self, request: HttpRequest, queryset: QuerySet[Product]) -> None:
        changed = queryset.update(status=ProductStatus.ARCHIVED)
        self.message_user(request, _("Archived %d products.") % changed)


@admin.register(ProductVariant)
class ProductVariantAdmin(SoftDeleteAdmin, admin.ModelAdmin):
    list_display = ["sku", "product", "name", "price", "inventory_quantity", "is_active"]
    list_select_related = ["product"]
    list_filter = ["is_active"]
    search_fields = ["sku", "name"]
    show_full_result_count = False
    autocomplete_fields = ["product"]
    readonly_fields = ["created_at", "updated_at"]


@admin.register(ProductPromotion)
class ProductPromotionAdmin(SoftDeleteAdmin, admin.ModelAdmin):
    list_display = ["name", "product", "discount_percent", "start_date", "end_date"]
    list_select_related = ["product"]
    list_filter = ["start_date", "end_date"]
    search_fields = ["name"]
    show_full_result_count = False
    autocomplete_fields = ["product"]
    readonly_fields = ["created_at", "updated_at"]
