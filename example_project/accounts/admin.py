"""Users, profiles and roles in the admin."""

# mypy: disable-error-code="type-arg"
# Django's admin classes are generic in their stubs alone.

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin.options import InlineModelAdmin
from django.contrib.admin.widgets import FilteredSelectMultiple
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.db import models
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.admin import AuditAdminMixin, EncryptedAdminMixin, SoftDeleteAdmin
from example_project.accounts.models import Role, User, UserProfile

# What Django 6 takes for granted, and Django 5.2 warns about.
ADDRESSES_ARE_HTTPS: dict[Any, Any] = {models.URLField: {"assume_scheme": "https"}}


class UserForm(UserChangeForm):
    """Edits the roles too; their table has a composite primary key, which no inline of the admin can edit."""

    held_roles = forms.ModelMultipleChoiceField(
        Role.objects.all(),
        label=_("Roles"),
        required=False,
        widget=FilteredSelectMultiple(_("roles"), is_stacked=False),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk:
            self.fields["held_roles"].initial = self.instance.roles.all()


class UserProfileInline(EncryptedAdminMixin, admin.StackedInline):
    model = UserProfile
    can_delete = False
    formfield_overrides = ADDRESSES_ARE_HTTPS


@admin.register(User)
class UserAdmin(SoftDeleteAdmin, AuditAdminMixin, DjangoUserAdmin):
    form = UserForm
    list_display = ["username", "email", "first_name", "last_name", "status", "is_staff", "created_at"]
    list_filter = ["status", "is_staff", "is_superuser", "roles", "groups"]
    search_fields = ["username", "email", "first_name", "last_name"]
    ordering = ["-created_at", "-id"]
    show_full_result_count = False
    readonly_fields = ["last_login", "created_at", "updated_at"]
    fieldsets = [
        (None, {"fields": ["username", "password", "status"]}),
        (
            _("Person"),
            {
                "fields": [
                    ("first_name", "last_name"),
                    ("email", "email_verified"),
                    ("phone", "phone_verified"),
                    "date_of_birth",
                ]
            },
        ),
        (
            _("Permissions"),
            {"fields": ["is_staff", "is_superuser", "held_roles", "groups", "user_permissions"]},
        ),
        (_("Dates"), {"fields": ["last_login", "created_at", "updated_at"]}),
    ]
    add_fieldsets = [
        (
            None,
            {
                "classes": ["wide"],
                "fields": [
                    "username",
                    "email",
                    "first_name",
                    "last_name",
                    "usable_password",
                    "password1",
                    "password2",
                ],
            },
        ),
    ]

    def get_inlines(self, request: HttpRequest, obj: User | None) -> list[type[InlineModelAdmin]]:
        return [UserProfileInline] if obj else []

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:  # noqa: FBT001
        super().save_related(request, form, formsets, change)
        if "held_roles" in form.cleaned_data:
            form.instance.roles.set(
                form.cleaned_data["held_roles"], through_defaults={"assigned_by": request.user}
            )


@admin.register(UserProfile)
class UserProfileAdmin(EncryptedAdminMixin, SoftDeleteAdmin, admin.ModelAdmin):
    formfield_overrides = ADDRESSES_ARE_HTTPS
    list_display = ["user", "location", "language", "timezone", "tax_number", "updated_at"]
    list_select_related = ["user"]
    list_filter = ["language"]
    search_fields = ["user__username", "user__email", "location", "tax_number__exact"]
    autocomplete_fields = ["user"]
    show_full_result_count = False
    readonly_fields = ["created_at", "updated_at"]


@admin.register(Role)
class RoleAdmin(admin.ModelAdmin):
    list_display = ["name", "description", "holders"]
    search_fields = ["name"]
    readonly_fields = ["created_at"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Role]:
        roles: QuerySet[Role] = super().get_queryset(request)
        return roles.annotate(holder_count=Count("user_roles"))

    @admin.display(description=_("holders"), ordering="holder_count")
    def holders(self, role: Role) -> int:
        return int(role.holder_count)  # type: ignore[attr-defined]
