"""Encrypted values in the admin: masked for who may not see them, and in lists for everybody."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from django.contrib import admin

from django_schemapatterns.encryption.fields import EncryptedField
from django_schemapatterns.encryption.forms import revealing
from django_schemapatterns.encryption.permissions import may_reveal
from django_schemapatterns.encryption.values import MASK

if TYPE_CHECKING:
    from django.db.models import Model
    from django.http import HttpRequest


class EncryptedAdminMixin:
    """
    Masks encrypted values: in lists, and on the page of a row for who has no permission `reveal_<model>`.

        class CustomerAdmin(EncryptedAdminMixin, admin.ModelAdmin):
            list_display = ["name", "tax_number"]
            search_fields = ["tax_number__exact"]

    A new object is filled in by whoever may add one. Goes for inlines, too.
    """

    model: type[Model]

    def get_list_display(self, request: HttpRequest) -> list[Any]:
        """Return the columns of the list, encrypted ones masked."""
        return self._masked(super().get_list_display(request))  # type: ignore[misc]

    def get_search_fields(self, request: HttpRequest) -> list[str]:
        """Return what is searched; Django would compare encrypted values as text."""
        exact = {f"{name}__exact": f"{name}__candidates" for name in encrypted_names(self.model)}
        return [exact.get(name, name) for name in super().get_search_fields(request)]  # type: ignore[misc]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the fields that can not be edited: also those that are masked."""
        given = list(super().get_readonly_fields(request, obj))  # type: ignore[misc]
        if self._shows(request, obj):
            return given
        masks = [_mask(self.model, name) for name in encrypted_names(self.model)]
        return [*self._masked(given), *(mask for mask in masks if mask not in given)]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the fields of the page, in their places."""
        found = super().get_fields(request, obj)  # type: ignore[misc]
        return found if self._shows(request, obj) else list(dict.fromkeys(self._masked(found)))

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """Return the same for those that are grouped."""
        found = super().get_fieldsets(request, obj)  # type: ignore[misc]
        if self._shows(request, obj):
            return list(found)
        return [(name, {**options, "fields": self._masked(options["fields"])}) for name, options in found]

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Return the input that the field would have without encryption."""
        if not isinstance(db_field, EncryptedField):
            return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        return revealing(super().formfield_for_dbfield(db_field.base_field, request, **kwargs))  # type: ignore[misc]

    def _shows(self, request: HttpRequest, obj: Any) -> bool:
        return obj is None or may_reveal(request.user, self.model)

    def _masked(self, names: Any) -> list[Any]:
        secret = encrypted_names(self.model)
        return [
            tuple(self._masked(name))
            if isinstance(name, list | tuple)
            else _mask(self.model, name)
            if name in secret
            else name
            for name in names
        ]


def encrypted_names(model: type[Model]) -> list[str]:
    """Return the names of the encrypted fields of a model, its parents' too."""
    return [field.name for field in model._meta.concrete_fields if isinstance(field, EncryptedField)]


@cache
def _mask(model: Any, name: str) -> Callable[[Any], str | None]:
    field: EncryptedField = model._meta.get_field(name)

    @admin.display(description=field.verbose_name)
    def masked(instance: Any) -> str | None:
        return None if getattr(instance, field.attname) is None else MASK

    masked.__name__ = f"masked_{name}"
    return masked
