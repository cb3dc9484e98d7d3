"""An admin whose classes know nothing of errors, one that does by the mixin, views and an API."""

# mypy: disable-error-code="type-arg,misc,var-annotated"

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.forms import ModelForm
from django.urls import include, path
from django.views.generic import CreateView, DeleteView
from rest_framework import routers, serializers, viewsets

from django_schemapatterns.admin import DatabaseErrorsMixin
from django_schemapatterns.forms import DatabaseErrorsForm, DatabaseErrorsView
from django_schemapatterns.rest_framework import DatabaseErrorsMixin as DatabaseErrorsSerializer
from example_project.shop.models import Category, Contact, Order, OrderItem, Product, ProductVariant

plain, mixed = admin.AdminSite("plain"), admin.AdminSite("mixed")


class ItemInline(admin.TabularInline):
    model = OrderItem
    extra = 1


class OrderAdmin(admin.ModelAdmin):
    inlines = [ItemInline]
    raw_id_fields = ["user"]


class ContactAdmin(admin.ModelAdmin):
    list_display = ["email", "phone"]
    list_editable = ["phone"]


class MixedContactAdmin(DatabaseErrorsMixin, ContactAdmin):
    pass


class VariantAdmin(admin.ModelAdmin):
    fields = ["product", "name", "sku"]


for model, kind in [(Category, admin.ModelAdmin), (Order, OrderAdmin), (ProductVariant, VariantAdmin)]:
    plain.register(model, kind)
plain.register(Contact, ContactAdmin)
mixed.register(Contact, MixedContactAdmin)
mixed.register(Category, type("MixedCategoryAdmin", (DatabaseErrorsMixin, admin.ModelAdmin), {}))


class ContactForm(DatabaseErrorsForm, ModelForm):
    class Meta:
        model = Contact
        fields = ["email", "phone"]


class NewCategory(DatabaseErrorsView, CreateView):
    model = Category
    fields = ["name", "slug"]
    success_url = "/done/"
    template_name_suffix = ""

    def get_template_names(self) -> list[str]:
        return ["errors/form.html"]


class CategorySerializer(serializers.ModelSerializer):
    title = serializers.CharField(source="name")

    class Meta:
        model = Category
        fields = ["id", "title", "slug", "sort_order"]
        extra_kwargs = {"slug": {"validators": []}}


class CarefulSerializer(DatabaseErrorsSerializer, CategorySerializer):
    pass


class ProductSerializer(serializers.ModelSerializer):
    class Meta:
        model = Product
        fields = ["id", "name", "slug", "sku", "price", "compare_price", "status", "attributes"]


class Categories(viewsets.ModelViewSet):
    authentication_classes: list[Any] = []
    queryset = Category.objects.all()
    serializer_class = CategorySerializer


class CarefulCategories(Categories):
    serializer_class = CarefulSerializer


class Products(viewsets.ModelViewSet):
    authentication_classes: list[Any] = []
    queryset = Product.objects.all()
    serializer_class = ProductSerializer


api = routers.SimpleRouter()
api.register("categories", Categories)
api.register("careful", CarefulCategories, basename="careful")
api.register("products", Products)


class OldCategory(DatabaseErrorsView, DeleteView):
    model = Category
    success_url = "/done/"

    def get_template_names(self) -> list[str]:
        return ["errors/form.html"]


urlpatterns = [
    path("plain/", plain.urls),
    path("mixed/", mixed.urls),
    path("new/", NewCategory.as_view()),
    path("old/<int:pk>/", OldCategory.as_view()),
    path("api/", include(api.urls)),
]
