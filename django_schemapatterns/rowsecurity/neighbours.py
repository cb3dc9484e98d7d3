"""Checks of what is around a protected table: where it leads, what its policies ask, what was forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from django.core import checks
from django.core.checks import CheckMessage
from django.db.models import ForeignKey

from django_schemapatterns.rowsecurity.registry import exempted, must_declare, row_security_of
from django_schemapatterns.rowsecurity.requirements import paths_of, required_models
from django_schemapatterns.rowsecurity.tenants import TenantForeignKey

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.rowsecurity.constraints import RowSecurity


def links(model: Any, declared: RowSecurity) -> Iterator[CheckMessage]:
    """Find foreign keys by which a row points at rows of other tenants."""
    if not declared.wall:
        return
    behind = {path.split("__")[0] for path in paths_of(declared.wall.condition)}
    for field in model._meta.local_fields:
        if not isinstance(field, ForeignKey) or isinstance(field, TenantForeignKey) or field.name in behind:
            continue
        other = row_security_of(field.remote_field.model)
        if other and other.wall:
            yield checks.Warning(
                f"{model._meta.label}.{field.name} leads through the wall: PostgreSQL does not ask policies "
                "about foreign keys, so a row may point at one of another tenant, and tell that it is there.",
                hint="Make it a TenantForeignKey.",
                obj=field,
                id="schemapatterns.W406",
            )


def asked(model: type[Model], declared: RowSecurity) -> Iterator[CheckMessage]:
    """Find tables that decide who sees rows, and in which everybody may write."""
    for other in required_models(declared, model):
        if other is not model and row_security_of(other) is None and not exempted(other):
            yield checks.Warning(
                f"Policies of {model._meta.label} ask {other._meta.label}, which has no row security: "
                "whoever may write there lets anybody at these rows.",
                hint=f"Protect {other._meta.label}, too, or say why it need not be: "
                "rowsecurity.unprotected(model, reason=…).",
                obj=model,
                id="schemapatterns.W409",
            )


def undeclared(models: list[Any]) -> Iterator[CheckMessage]:
    """Find tables that nobody thought of: in apps all of whose tables are protected, and of subclasses."""
    for model in models:
        options = model._meta
        if options.proxy or not options.managed or exempted(model) or row_security_of(model):
            continue
        if must_declare(options.app_label):
            yield checks.Error(
                f"{options.label} has no RowSecurity, and SCHEMAPATTERNS['PROTECTED_APPS'] has its app.",
                hint=f"Declare it{', by rowsecurity.protect()' if options.auto_created else ''}, or say why "
                "all may see all rows: rowsecurity.unprotected(model, reason=…).",
                obj=model,
                id="schemapatterns.E408",
            )
        elif parent := next((each for each in options.parents if row_security_of(each)), None):
            link = options.get_ancestor_link(parent)
            yield checks.Warning(
                f"{options.label} has no RowSecurity, and {parent._meta.label} has: what the subclass "
                "adds is in a table of its own, and shown to all.",
                hint=f"Declare it, by conditions such as Q({link.name}__…=current.user_id).",
                obj=model,
                id="schemapatterns.W410",
            )
