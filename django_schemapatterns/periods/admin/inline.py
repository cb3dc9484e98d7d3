"""The versions of a row, on its page in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.admin.checks import InlineModelAdminChecks
from django.contrib.admin.options import InlineModelAdmin
from django.core.checks import CheckMessage, Error
from django.forms import BaseInlineFormSet
from django.forms.utils import ErrorList

from django_schemapatterns.periods.admin.history import History

if TYPE_CHECKING:
    from django.http import HttpRequest

    _Inline = InlineModelAdmin[Any, Any]
    _FormSet = BaseInlineFormSet[Any, Any, Any]
else:
    _Inline = InlineModelAdmin
    _FormSet = BaseInlineFormSet


class NothingToSave(_FormSet):
    """A formset without forms, whatever a browser sends."""

    history: History | None = None

    def total_form_count(self) -> int:
        return 0

    def initial_form_count(self) -> int:
        return 0

    def get_queryset(self) -> Any:
        # The admin goes through the rows to find the media of their forms.
        return super().get_queryset().none()

    def full_clean(self) -> None:
        self._errors: list[Any] = []
        self._non_form_errors = ErrorList()

    def save(self, commit: bool = True) -> list[Any]:  # noqa: FBT001, FBT002 - as Django has it
        self.new_objects: list[Any] = []
        self.changed_objects: list[Any] = []
        self.deleted_objects: list[Any] = []
        self.save_m2m = lambda: None  # type: ignore[method-assign]
        return []


class PeriodInlineChecks(InlineModelAdminChecks):
    def check(self, inline_obj: Any, **kwargs: Any) -> list[CheckMessage]:  # type: ignore[override]
        from django_schemapatterns.periods.admin.options import PeriodAdmin

        site, owner = inline_obj.admin_site, inline_obj.parent_model
        found = super().check(inline_obj, **kwargs)
        if site.is_registered(owner) and not isinstance(site.get_model_admin(owner), PeriodAdmin):
            admin = type(site.get_model_admin(owner))
            found.append(
                Error(
                    f"{admin.__name__} has {type(inline_obj).__name__}, but not the pages that it leads to.",
                    hint=f"Put PeriodAdmin first among the bases: class {admin.__name__}(PeriodAdmin, …).",
                    obj=admin,
                    id="schemapatterns.E330",
                )
            )
        return found


class PeriodInline(_Inline):
    """
    Shows past, current and scheduled versions, draws them, and leads to pages that change them.

        class ProductPriceInline(PeriodInline):
            model = ProductPrice

        @admin.register(Product)
        class ProductAdmin(PeriodAdmin, admin.ModelAdmin):
            inlines = [ProductPriceInline]

    Who may change the owner may also schedule a version with the permission `add` for the model of versions,
    correct one with `change`, and cancel a scheduled one with `delete`.
    """

    template = "schemapatterns/periods/inline.html"
    checks_class = PeriodInlineChecks
    formset: Any = NothingToSave
    extra = max_num = 0
    can_delete = False

    class Media:
        css: ClassVar[dict[str, list[str]]] = {"all": ["schemapatterns/periods.css"]}

    def get_formset(self, request: HttpRequest, obj: Any = None, **kwargs: Any) -> Any:
        found: Any = super().get_formset(request, obj, **{**kwargs, "fields": []})
        found.history = History(self, request, obj) if obj is not None else None
        return found

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return []

    def may(self, request: HttpRequest, verb: str, owner: Any) -> bool:
        """Whether a user may add, change or delete versions of an owner."""
        admin = self.admin_site.get_model_admin(self.parent_model)
        allowed = getattr(self, f"has_{verb}_permission")(request, owner)
        return bool(allowed and admin.has_change_permission(request, owner))
