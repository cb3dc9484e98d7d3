"""The ModelAdmin of a soft-delete model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, cast

from django.contrib import admin
from django.contrib.admin.exceptions import DisallowedModelAdminToField
from django.contrib.admin.options import IS_POPUP_VAR, TO_FIELD_VAR
from django.contrib.admin.utils import model_format_dict, quote, unquote
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import router
from django.http import HttpRequest, HttpResponse
from django.template.loader import select_template
from django.urls import path, reverse

from django_schemapatterns.softdelete.admin.choices import AliveChoicesMixin
from django_schemapatterns.softdelete.admin.confirmation import Confirmation
from django_schemapatterns.softdelete.admin.filters import ALL, DELETED, PARAMETER, DeletionFilter
from django_schemapatterns.softdelete.admin.notices import Notice
from django_schemapatterns.softdelete.admin.verbs import DELETE, HARD_DELETE, RESTORE, VERBS, Verb
from django_schemapatterns.softdelete.querysets import without_alive_filter
from django_schemapatterns.softdelete.relations import MARK

if TYPE_CHECKING:
    from django.db.models import QuerySet

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object


class SoftDeleteAdmin(AliveChoicesMixin, _ModelAdmin):
    """
    A ModelAdmin that lists the alive rows, or the deleted, or all; deletes, restores, and deletes for good.

        @admin.register(Product)
        class ProductAdmin(SoftDeleteAdmin, admin.ModelAdmin): ...

    Needs the permissions `delete_<model>`, `restore_<model>` and `hard_delete_<model>`. Deleted rows are
    read-only. To do more, override `delete_model`, `restore_model`, `hard_delete_model`, and the same with
    `_queryset`.
    """

    def has_restore_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may restore rows."""
        return self._may(request, RESTORE)

    def has_hard_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Return whether the user may delete rows for good."""
        return self._may(request, HARD_DELETE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and not getattr(obj, MARK, None)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and not getattr(obj, MARK, None)

    def _may(self, request: HttpRequest, verb: Verb) -> bool:
        codename = get_permission_codename(verb.permission, self.opts)
        return bool(request.user.has_perm(f"{self.opts.app_label}.{codename}"))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        obj.delete()

    def delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        queryset.delete()

    def restore_model(self, request: HttpRequest, obj: Any) -> None:
        """Restore a row, given a request."""
        obj.restore()

    def restore_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Restore rows, given a request."""
        queryset.restore()

    def hard_delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Delete a row for good, given a request."""
        obj.hard_delete()

    def hard_delete_queryset(self, request: HttpRequest, queryset: Any) -> None:
        """Delete rows for good, given a request."""
        queryset.hard_delete()

    # The list

    def get_list_filter(self, request: HttpRequest) -> Any:
        # First, since it widens what the others narrow.
        others = [each for each in super().get_list_filter(request) if each is not DeletionFilter]
        return [DeletionFilter, *others]

    def get_list_display(self, request: HttpRequest) -> Any:
        shown = super().get_list_display(request)
        return [*shown, MARK] if self._state(request) and MARK not in shown else shown

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        changelist = super().get_changelist_instance(request)
        if self._state(request):
            changelist.list_editable = ()  # deleted rows are read-only
        return changelist

    def get_actions(self, request: HttpRequest, action_location: Any = None) -> dict[str, Any]:
        # Django 6.1 asks for the actions of a form, too, where soft delete has its own buttons.
        located: dict[str, Any] = {} if action_location is None else {"action_location": action_location}
        actions = super().get_actions(request, **located)
        if getattr(action_location, "name", "") == "CHANGE_FORM":
            return {name: each for name, each in actions.items() if name != DELETE.action}
        if self.actions is None or IS_POPUP_VAR in request.GET:
            return actions
        ours = {verb.action: self._action(verb) for verb in self._verbs(request, actions)}
        return {**ours, **{name: each for name, each in actions.items() if name != DELETE.action}}

    def _verbs(self, request: HttpRequest, actions: dict[str, Any]) -> list[Verb]:
        senseless = {DELETED: DELETE, ALL: None}.get(self._state(request), RESTORE)
        allowed = {
            DELETE: DELETE.action in actions,
            RESTORE: self.has_restore_permission(request),
            HARD_DELETE: self.has_hard_delete_permission(request),
        }
        return [verb for verb in VERBS if allowed[verb] and verb is not senseless]

    def _action(self, verb: Verb) -> tuple[Any, str, str]:
        def act(model_admin: Any, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponse | None:
            return Confirmation(model_admin, request, verb, queryset).answer()

        return act, verb.action, str(verb.description) % model_format_dict(self.opts)

    def _state(self, request: HttpRequest) -> str:
        value = request.GET.get(PARAMETER, "")
        return value if value in (DELETED, ALL) else ""

    # One row

    def get_object(self, request: HttpRequest, object_id: str, from_field: str | None = None) -> Any:
        """Find the row also when it is deleted; everything else that asks for rows gets the alive."""
        if found := super().get_object(request, object_id, from_field):
            return found
        field: Any = self.opts.get_field(from_field) if from_field else self.opts.pk
        rows = without_alive_filter(self.get_queryset(request))
        try:
            return rows.filter(**{field.name: field.to_python(object_id)}).first()
        except (ValidationError, ValueError):
            return None

    def get_urls(self) -> list[Any]:
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        ours = [
            path(
                f"<path:object_id>/{verb.url}/",
                self.admin_site.admin_view(partial(self._view, verb)),
                name=f"{name}_{verb.permission}",
            )
            for verb in (RESTORE, HARD_DELETE)
        ]
        return [*ours, *super().get_urls()]

    def delete_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._view(DELETE, request, object_id, extra_context)

    def _view(
        self, verb: Verb, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        to_field = request.POST.get(TO_FIELD_VAR, request.GET.get(TO_FIELD_VAR))
        if to_field and not self.to_field_allowed(request, to_field):
            raise DisallowedModelAdminToField(f"The field {to_field} cannot be referenced.")
        found = self.get_object(request, unquote(object_id), to_field)
        if not getattr(self, f"has_{verb.permission}_permission")(request, found):
            raise PermissionDenied
        if found is None:
            missing: Any = self._get_obj_does_not_exist_redirect  # type: ignore[attr-defined]
            return cast("HttpResponse", missing(request, self.opts, object_id))
        rows = self.model.all_objects.using(router.db_for_write(self.model)).filter(pk=found.pk)
        confirmation = Confirmation(self, request, verb, rows, row=found, extra=extra_context)
        return cast("HttpResponse", confirmation.answer())

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        response: Any = super().render_change_form(request, context, *args, **kwargs)
        row = context.get("original")
        if getattr(row, MARK, None):
            # What would have been shown, from whatever theme or project, with a notice on it.
            names = response.template_name
            response.context_data["deletion_page"] = select_template(
                [names] if isinstance(names, str) else names
            )
            response.context_data["deletion"] = Notice(row, self._buttons(request, row))
            response.template_name = "schemapatterns/softdelete/change_form.html"
        return response

    def _buttons(self, request: HttpRequest, row: Any) -> list[tuple[Verb, str]]:
        name = f"{self.admin_site.name}:{self.opts.app_label}_{self.opts.model_name}"
        allowed = {
            RESTORE: self.has_restore_permission(request, row),
            HARD_DELETE: self.has_hard_delete_permission(request, row),
        }
        return [
            (verb, reverse(f"{name}_{verb.permission}", args=[quote(row.pk)]))
            for verb, may in allowed.items()
            if may
        ]
