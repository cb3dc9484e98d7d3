"""Audit for models that are not yours."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, cast

from django.apps import apps
from django.core.exceptions import ImproperlyConfigured

from django_schemapatterns.audit.objects import audit_triggers, options_for
from django_schemapatterns.audit.options import AuditOptions
from django_schemapatterns.schema.attach import add_triggers

if TYPE_CHECKING:
    from django.db.models import Model


def register(model: type[Model], *, app_label: str | None = None, **options: Any) -> type[Model]:
    """
    Audit a model of another app, or one that does not inherit from AuditedModel; returns the model.

        # in models.py of one of your apps
        audit.register(Group)
        audit.register(Group.permissions.through)
        audit.register(ThirdPartyModel, mask=["token"], label="name")

    app_label: the app whose migrations get the triggers; by default the app that the call stands in.
    options: exclude, mask, condition, label; see `AuditOptions`.
    Raises ImproperlyConfigured for unknown options and fields, and for a model that is registered already.
    """
    if options_for(model) is not None:
        raise ImproperlyConfigured(f"{model._meta.label} is audited already.")
    caller = sys._getframe(1).f_globals["__name__"]
    given = AuditOptions.from_dict(options, where=f"audit.register({model._meta.label})")
    home = app_label or _app_of(caller)
    # Migrations know nothing of the tables that Django makes for many-to-many fields, but of their proxies.
    at_home = home == model._meta.app_label and not model._meta.auto_created
    carrier = model if at_home else _proxy(model, home, caller)
    add_triggers(carrier, audit_triggers(carrier, given))
    return model


def _app_of(module: str) -> str:
    config = apps.get_containing_app_config(module)
    if config is None:
        raise ImproperlyConfigured(
            f"audit.register() is called in {module}, which belongs to no installed app: "
            f"pass app_label=… to say whose migrations get the triggers."
        )
    return config.label


def _proxy(model: type[Model], app_label: str, module: str) -> type[Model]:
    """Return a proxy in the user's app: so a foreign table's triggers get into the user's migrations."""
    meta = type("Meta", (), {"proxy": True, "app_label": app_label, "default_permissions": ()})
    name = f"Audited{model._meta.object_name}"
    return cast("type[Model]", type(name, (model,), {"__module__": module, "Meta": meta}))
