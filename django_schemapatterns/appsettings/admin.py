"""The settings in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.appsettings.forms import SettingForm, shown
from django_schemapatterns.appsettings.models import ApplicationSetting
from django_schemapatterns.appsettings.registry import registered

if TYPE_CHECKING:
    _ModelAdmin = admin.ModelAdmin[ApplicationSetting]
else:
    _ModelAdmin = admin.ModelAdmin


class ApplicationSettingAdmin(_ModelAdmin):
    """Changes values; rows come and go with the code that registers them."""

    form = SettingForm
    list_display = ["__str__", "shown_value", "kind", "description", "is_public", "is_secret"]
    list_filter = ["category", "is_public", "is_secret"]
    search_fields = ["category", "key", "description"]
    readonly_fields = ["category", "key", "kind", "description", "is_public", "is_secret"]
    actions = ["reset_to_default"]

    @admin.display(description=_("value"))
    def shown_value(self, row: ApplicationSetting) -> str:
        return shown(row)

    def get_fields(self, request: HttpRequest, obj: ApplicationSetting | None = None) -> Any:
        if not self.has_change_permission(request, obj):
            return [*self.readonly_fields, "shown_value"]
        return ["category", "key", "description", "kind", "new_value", "version"]

    def get_readonly_fields(self, request: HttpRequest, obj: ApplicationSetting | None = None) -> Any:
        return [*self.readonly_fields, "shown_value"]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002
        # The inputs are the form's own, made for the row; Django would look for them on the model.
        return super().get_form(request, obj, change, **{**kwargs, "fields": []})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: ApplicationSetting | None = None) -> bool:
        is_known = obj is None or obj.name in registered()
        return not is_known and super().has_delete_permission(request, obj)

    @admin.action(description=_("Reset to the default"), permissions=["change"])
    def reset_to_default(self, request: HttpRequest, queryset: QuerySet[ApplicationSetting]) -> None:
        changed = list(queryset)
        queryset.update(value=None, secret_value=None)
        for row in changed:
            self.log_change(request, row, [{"changed": {"fields": ["value"]}}])
