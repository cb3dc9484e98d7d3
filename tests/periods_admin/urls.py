"""An admin of products and articles with their prices."""

from __future__ import annotations

from django.contrib import admin
from django.urls import path

from django_schemapatterns.admin import PeriodAdmin, PeriodInline, SoftDeleteAdmin
from tests.periods.app.models import Article, ArticlePrice, Product, ProductPrice, Tariff, TariffRate

site = admin.AdminSite("admin")


class ProductPriceInline(PeriodInline):
    model = ProductPrice


class ArticlePriceInline(PeriodInline):
    model = ArticlePrice


class TariffRateInline(PeriodInline):
    model = TariffRate


class ProductAdmin(PeriodAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    inlines = [ProductPriceInline]


class ArticleAdmin(PeriodAdmin, SoftDeleteAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    inlines = [ArticlePriceInline]


class TariffAdmin(PeriodAdmin, admin.ModelAdmin):  # type: ignore[type-arg]
    inlines = [TariffRateInline]


site.register(Product, ProductAdmin)
site.register(Article, ArticleAdmin)
site.register(Tariff, TariffAdmin)
urlpatterns = [path("admin/", site.urls)]
