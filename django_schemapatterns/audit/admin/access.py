"""Who may read what of the audit log on an admin site."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib.admin.utils import flatten_fieldsets, quote
from django.contrib.auth import get_permission_codename
from django.db.models import Model, Q
from django.urls import reverse

from django_schemapatterns.audit.objects import audited_models

if TYPE_CHECKING:
    from django.contrib.admin import AdminSite, ModelAdmin
    from django.db.models import QuerySet
    from django.http import HttpRequest

    from django_schemapatterns.audit.models import AuditLog
    from django_schemapatterns.audit.querysets import AuditLogQuerySet

    AnyModelAdmin = ModelAdmin[Any]


class Access:
    """
    What of the audit log a request may read on an admin site.

    - Whoever may not view an object may not read its history. Its ModelAdmin on the site decides, both by
      `has_view_permission()` and by the rows that `get_queryset()` leaves; for a model without one, the
      permission to view the model; for the hidden table of a many-to-many field, that of the field's model.
    - An object that is gone can not be looked for in `get_queryset()`: where that leaves only some rows to
      this user, the history of gone objects is for superusers.
    - Tables without an audited model have nobody to ask: they are for superusers.
    - A field that the ModelAdmin shows neither in its form nor in its list is withheld from all but
      superusers: that it changed can be seen, its values can not.
    """

    def __init__(self, site: AdminSite, request: HttpRequest) -> None:
        self.site = site
        self.request = request
        self.user: Any = request.user
        self._reachable: dict[type[Model], set[Any]] = {}
        self._shown: dict[tuple[type[Model], Any], set[str] | None] = {}
        self._leaving: dict[type[Model], bool] = {}

    @cached_property
    def is_superuser(self) -> bool:
        return bool(self.user.is_active and getattr(self.user, "is_superuser", False))

    @cached_property
    def audited(self) -> dict[str, type[Model]]:
        """The audited models by table."""
        return {model._meta.db_table: model for model in audited_models()}

    @cached_property
    def viewable(self) -> dict[str, type[Model]]:
        """The audited models by table whose objects the user may view, or some of them."""
        return {table: model for table, model in self.audited.items() if self.may_view(model)}

    def narrow(self, entries: AuditLogQuerySet) -> AuditLogQuerySet:
        """Leave the entries about models that the user may view."""
        if not self.is_superuser:
            return entries.filter(Q(table_name__in=sorted(self.viewable)) | Q(table_name=None))
        denied = sorted(self.audited.keys() - self.viewable.keys())
        return entries.exclude(table_name__in=denied) if denied else entries

    @property
    def narrows(self) -> bool:
        """Whether `narrow()` leaves anything out."""
        return not self.is_superuser or len(self.viewable) < len(self.audited)

    @cached_property
    def _proxy_admins(self) -> dict[type[Model], AnyModelAdmin]:
        proxies = (model for model in apps.get_models() if model._meta.proxy)
        admins: dict[type[Model], AnyModelAdmin] = {}
        for proxy in proxies:
            if self.site.is_registered(proxy) and proxy._meta.concrete_model:
                admins.setdefault(proxy._meta.concrete_model, self.site.get_model_admin(proxy))
        return admins

    def admin_of(self, model: type[Model]) -> AnyModelAdmin | None:
        """Return the ModelAdmin that decides about a model's objects: its own, or that of a proxy."""
        if self.site.is_registered(model):
            return self.site.get_model_admin(model)
        return self._proxy_admins.get(model)

    def may_view(self, model: type[Model], instance: Model | None = None) -> bool:
        """Return whether the user may view a model's objects, or this one."""
        model_admin = self.admin_of(model)
        if model_admin is not None:
            return model_admin.has_view_permission(self.request, instance)
        owner: Any = model._meta.auto_created
        if owner:
            return self.may_view(owner)
        names = (get_permission_codename(action, model._meta) for action in ("view", "change"))
        return any(self.user.has_perm(f"{model._meta.app_label}.{name}") for name in names)

    def look_for(self, instances: Iterable[Model]) -> None:
        """Find out which objects the admin's lists hold: a query for each model, but where they hold all."""
        by_model: dict[type[Model], set[Any]] = {}
        for instance in instances:
            by_model.setdefault(type(instance), set()).add(instance.pk)
        for model, keys in by_model.items():
            rows = self._rows(model)
            if rows is not None and (_is_cut(rows) or rows.query.where):
                self._reachable[model] = set() if _is_cut(rows) else _keys_in(rows, keys)

    def may_read(self, entry: AuditLog, instance: Model | None) -> bool:
        """Return whether the user may read an entry; the object that it is about, if it exists still."""
        if entry.table_name is None:
            return True  # about the log itself
        model = self.audited.get(entry.table_name)
        if model is None:
            return self.is_superuser
        return self.may_read_history(model, instance)

    def may_read_history(self, model: type[Model], instance: Model | None) -> bool:
        """Return whether the user may read the history of an object, which is None when it is gone."""
        if not self.may_view(model, instance):
            return False
        if self.is_superuser or not self._leaves_some(model):
            return True
        return instance is not None and self.is_reachable(instance)

    def is_reachable(self, instance: Model) -> bool:
        """Return whether the admin's own list holds an object; `look_for()` it first."""
        reachable = self._reachable.get(type(instance))
        return reachable is None or instance.pk in reachable

    def url_of(self, instance: Model) -> str | None:
        """Return the address of an object's page, None when there is none that the user may view."""
        model = type(instance)
        model_admin = self.admin_of(model)
        if model_admin is None or not self.is_reachable(instance):
            return None
        if not model_admin.has_view_permission(self.request, instance):
            return None
        options = model_admin.opts
        name = f"admin:{options.app_label}_{options.model_name}_change"
        return reverse(name, args=[quote(instance.pk)], current_app=self.site.name)

    def withholds(self, model: type[Model] | None, name: str, instance: Model | None) -> bool:
        """Return whether the values of a field are withheld from the user."""
        if model is None or self.is_superuser:
            return False
        key = (model, None if instance is None else instance.pk)
        if key not in self._shown:
            self._shown[key] = self._shown_names(model, instance)
        shown = self._shown[key]
        return shown is not None and name not in shown

    def may_restore(self, model: type[Model], instance: Model | None, names: set[str]) -> bool:
        """Return whether the user may give an object, or one that is gone, old values of those fields."""
        model_admin = self.admin_of(model)
        if model_admin is None or not self.may_read_history(model, instance):
            return False
        may_add = instance is None and model_admin.has_add_permission(self.request)
        if not may_add and not (instance and model_admin.has_change_permission(self.request, instance)):
            return False
        if self.is_superuser:
            return True
        form = flatten_fieldsets(model_admin.get_fieldsets(self.request, instance))
        return names <= {*form} - {*model_admin.get_readonly_fields(self.request, instance)}

    def _shown_names(self, model: type[Model], instance: Model | None) -> set[str] | None:
        model_admin = self.admin_of(model)
        if model_admin is None:
            return None
        key = {field.name for field in model._meta.pk_fields}
        try:
            fieldsets = model_admin.get_fieldsets(self.request, instance or model())
            columns = model_admin.get_list_display(self.request)
        except Exception:  # noqa: BLE001 - what can not be asked about an object that is gone is not shown
            return key
        return {*key, *flatten_fieldsets(fieldsets), *(name for name in columns if isinstance(name, str))}

    def _rows(self, model: type[Model]) -> QuerySet[Any] | None:
        model_admin = self.admin_of(model)
        return None if model_admin is None else model_admin.get_queryset(self.request)

    def _leaves_some(self, model: type[Model]) -> bool:
        """Return whether the admin leaves only some rows to the user, compared with the model's manager."""
        if model not in self._leaving:
            rows = self._rows(model)
            self._leaving[model] = rows is not None and (_is_cut(rows) or _is_narrower(rows, model))
        return self._leaving[model]


def _is_cut(rows: QuerySet[Any]) -> bool:
    """Return whether a queryset can not be filtered any more."""
    return bool(rows.query.is_sliced or rows.query.combinator)


def _is_narrower(rows: QuerySet[Any], model: type[Model]) -> bool:
    where = rows.query.where
    return bool(where) and where != model._default_manager.all().query.where


def _keys_in(rows: QuerySet[Any], keys: set[Any]) -> set[Any]:
    return set(rows.filter(pk__in=keys).order_by().values_list("pk", flat=True))
