# mypy: disable-error-code="type-arg"
# Django's admin classes are generic in their stubs alone.

from __future__ import annotations

from django.contrib import admin

from example_project.shop.models import Contact


@admin.register(Contact)
class ContactAdmin(admin.ModelAdmin):
    list_display = ["email", "phone", "balance"]
    search_fields = ["email", "phone"]
    show_full_result_count = False
