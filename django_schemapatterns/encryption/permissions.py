"""Who may see encrypted values in the admin."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_permission_codename
from django.db.models.signals import class_prepared

from django_schemapatterns.encryption.fields import EncryptedField
from django_schemapatterns.schema.attach import add_permissions, owns_table

if TYPE_CHECKING:
    from django.db.models import Model

REVEAL = "reveal"


def may_reveal(user: Any, model: type[Model]) -> bool:
    """Return whether a user may see the encrypted values of a model."""
    options = (model._meta.concrete_model or model)._meta
    return bool(user.has_perm(f"{options.app_label}.{get_permission_codename(REVEAL, options)}"))


def _on_class_prepared(sender: type[Model], **kwargs: Any) -> None:
    if owns_table(sender) and any(isinstance(field, EncryptedField) for field in sender._meta.local_fields):
        codename = get_permission_codename(REVEAL, sender._meta)
        add_permissions(sender, [(codename, f"Can see encrypted values of {sender._meta.verbose_name_raw}")])


class_prepared.connect(_on_class_prepared, dispatch_uid="schemapatterns.encryption")
