"""What the pages about the audit log need of Python."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django import template
from django.contrib import admin
from django.contrib.admin.sites import all_sites

from django_schemapatterns.audit.admin.history import timeline_of

if TYPE_CHECKING:
    from django.db.models import Model
    from django.template import Context

    from django_schemapatterns.audit.admin.timeline import Timeline

register = template.Library()


@register.simple_tag(takes_context=True)
def audit_timeline(context: Context, instance: Model) -> Timeline:
    """
    Return the timeline of the object that a page of the admin is about.

        {% audit_timeline object as timeline %}
    """
    request: Any = context["request"]
    name = getattr(request, "current_app", None)
    sites = (site for site in all_sites if site.name == name and site.is_registered(type(instance)))
    return timeline_of(next(sites, admin.site), request, instance)
