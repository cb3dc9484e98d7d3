"""The timeline on the History page of audited models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from django_schemapatterns.audit.admin.entries import subject_of
from django_schemapatterns.audit.admin.links import Links
from django_schemapatterns.audit.admin.timeline import Timeline
from django_schemapatterns.audit.objects import options_for
from django_schemapatterns.audit.records import record_id

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite
    from django.db.models import Model

    _ModelAdmin = admin.ModelAdmin[Any]
else:
    _ModelAdmin = object

HISTORY = "schemapatterns/audit/object_history.html"


def show_timelines(site: AdminSite) -> None:
    """
    Show the timeline on the History page of every audited model of a site.

    Every object has a History button already, so the timeline needs a place behind it and not one more
    button. The place is `ModelAdmin.object_history_template`, the option that Django documents for this, set
    on the registered instances that left it open: no class and no template of Django's changes, templates
    that a project has for a model or an app keep their right, and the page extends
    `admin/object_history.html`, hence whatever theme provides it. The moment is when the site, all its models
    registered, builds its addresses.
    """
    for model in apps.get_models():
        if options_for(model) is None or not site.is_registered(model):
            continue
        model_admin: Any = site.get_model_admin(model)
        if model_admin.object_history_template is None:
            app, name = model._meta.app_label, model._meta.model_name
            model_admin.object_history_template = [
                f"admin/{app}/{name}/object_history.html",
                f"admin/{app}/object_history.html",
                HISTORY,
            ]


def timeline_of(site: AdminSite, request: HttpRequest, instance: Model) -> Timeline:
    """Return the timeline of an object that the user may view."""
    concrete = instance._meta.concrete_model or type(instance)
    record = record_id(instance, using=instance._state.db or "default")
    return Timeline(site, request, subject_of(concrete), record, instance=instance)


class AuditAdminMixin(_ModelAdmin):
    """
    A ModelAdmin whose History is the timeline, of deleted objects too, and whose list leads to the audit log.

        @admin.register(Product)
        class ProductAdmin(AuditAdminMixin, admin.ModelAdmin): ...

    Registered audited models have the timeline without it, but for objects that are gone.
    """

    object_history_template = HISTORY
    change_list_template = "schemapatterns/audit/change_list.html"

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if self.get_object(request, unquote(object_id)) is None:
            subject = subject_of(self.model._meta.concrete_model or self.model)
            timeline = Timeline(self.admin_site, request, subject, unquote(object_id))
            if timeline.views:
                return timeline_response(self, request, timeline, extra_context)
        return super().history_view(request, object_id, extra_context)

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        subject = subject_of(self.model._meta.concrete_model or self.model)
        url = Links(self.admin_site, request).log(model=subject)
        return super().changelist_view(request, {"audit_log_url": url, **(extra_context or {})})


def timeline_response(
    model_admin: admin.ModelAdmin[Any],
    request: HttpRequest,
    timeline: Timeline,
    extra_context: dict[str, Any] | None = None,
) -> TemplateResponse:
    """Answer with a page of its own for a timeline."""
    site = model_admin.admin_site
    request.current_app = site.name
    context = {
        **site.each_context(request),
        "title": timeline.name,
        "subtitle": None,
        "opts": model_admin.opts,
        "crumbs": timeline.crumbs,
        "timeline": timeline,
        **(extra_context or {}),
    }
    return TemplateResponse(request, "schemapatterns/audit/timeline.html", context)
