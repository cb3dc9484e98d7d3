"""Checks of what the code says about the audit."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage
from django.db import connections
from django.db.models import BooleanField
from django.utils.module_loading import import_string

from django_schemapatterns.audit.objects import audited_models
from django_schemapatterns.audit.options import LOOKS_SECRET, table_fields
from django_schemapatterns.context.middleware import ActorMiddleware

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.audit.options import AuditOptions


def check_vendor(**kwargs: Any) -> list[CheckMessage]:
    vendors = {connections[alias].vendor for alias in connections}
    if not audited_models() or "postgresql" in vendors:
        return []
    return [
        checks.Error(
            "Models are audited, but no database in DATABASES is PostgreSQL.",
            hint="The audit is made of PostgreSQL's triggers; use django.db.backends.postgresql.",
            id="schemapatterns.E101",
        )
    ]


def check_middleware(**kwargs: Any) -> list[CheckMessage]:
    if not audited_models() or not settings.MIDDLEWARE or any(map(_names_the_actor, settings.MIDDLEWARE)):
        return []
    return [
        checks.Warning(
            "Models are audited, but ActorMiddleware is not in MIDDLEWARE: no entry will tell who did it.",
            hint='Add "django_schemapatterns.middleware.ActorMiddleware" after AuthenticationMiddleware.',
            id="schemapatterns.W102",
        )
    ]


def _names_the_actor(path: str) -> bool:
    try:
        middleware = import_string(path)
    except ImportError:
        return False
    return isinstance(middleware, type) and issubclass(middleware, ActorMiddleware)


def check_models(**kwargs: Any) -> list[CheckMessage]:
    return [
        message for model, options in audited_models().items() for message in _check_model(model, options)
    ]


def _check_model(model: type[Model], options: AuditOptions) -> list[CheckMessage]:
    return [*_check_managed(model), *_check_parents(model), *_check_secrets(model, options)]


def _check_managed(model: type[Model]) -> list[CheckMessage]:
    if model._meta.managed:
        return []
    return [
        checks.Warning(
            f"{model._meta.label} is audited but not managed: migrations will not install its triggers.",
            hint=f"Install them with `manage.py pgtrigger install`, once {model._meta.db_table} exists.",
            obj=model,
            id="schemapatterns.W103",
        )
    ]


def _check_parents(model: type[Model]) -> list[CheckMessage]:
    return [
        checks.Warning(
            f"{model._meta.label} is audited, but not {parent._meta.label}, whose table holds a part of it.",
            hint=f"Derive {parent.__name__} from AuditedModel, or call audit.register({parent.__name__}).",
            obj=model,
            id="schemapatterns.W104",
        )
        for parent in model._meta.all_parents
        if parent not in audited_models()
    ]


def _check_secrets(model: type[Model], options: AuditOptions) -> list[CheckMessage]:
    hidden = {*options.exclude, *options.masked(model)}
    return [
        checks.Warning(
            f"{model._meta.label}.{field.name} looks like a secret, and its values are logged.",
            hint=f"Add {field.name!r} to the audit option `mask` (or `exclude`), or silence this check.",
            obj=field,
            id="schemapatterns.W105",
        )
        for field in table_fields(model)
        if field.name not in hidden and can_hold_secrets(field) and LOOKS_SECRET.search(field.name)
    ]


def can_hold_secrets(field: Any) -> bool:
    return not (field.is_relation or isinstance(field, BooleanField))
