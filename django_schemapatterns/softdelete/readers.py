"""A model of the view of the alive rows, for those who only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NoReturn, TypeVar, cast

from django.db import models
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import ReadOnly
from django_schemapatterns.schema.names import sibling
from django_schemapatterns.softdelete.relations import BATCH, MARK, marked_model

if TYPE_CHECKING:
    from django.db.models import Model

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)


class ReadOnlyQuerySet(models.QuerySet[_Model_co]):
    """A queryset that refuses to write."""

    def _refuse(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise ReadOnly(f"{self.model._meta.label} only reads. Write through the model of the table.")

    create = bulk_create = update = bulk_update = delete = cast("Any", _refuse)
    get_or_create = update_or_create = _update = _insert = _raw_delete = cast("Any", _refuse)


def active_model(model: type[Model], name: str = "") -> type[Model]:
    """
    Return a model that reads the view of the alive rows of a soft-delete model.

        ActiveProduct = patterns.active_model(Product)   # in models.py, below Product

    For reports and joins: no query through it can meet a deleted row. It refuses to write.

    name: of the new class, by default `Active` and the model's.
    """
    if marked_model(model) is not model:
        raise TypeError(f"{model._meta.label} has no table with marks, and so no view.")
    options: Any = model._meta
    ordering = [name for name in options.ordering if str(name).lstrip("-") not in {MARK, BATCH}]
    meta = {
        "managed": False,
        "app_label": options.app_label,
        "db_table": sibling(options.db_table, "_active"),
        "default_permissions": ("view",),
        "verbose_name": format_lazy(_("active {name}"), name=options.verbose_name),
        "verbose_name_plural": format_lazy(_("active {name}"), name=options.verbose_name_plural),
        **({"ordering": ordering} if ordering else {}),
    }
    fields = {field.name: _copy(field) for field in options.local_concrete_fields}
    body = {
        **{name: field for name, field in fields.items() if name not in {MARK, BATCH}},
        "__module__": model.__module__,
        "__doc__": f"The alive rows of {options.label}.",
        "__str__": model.__str__,
        "Meta": type("Meta", (), meta),
        "objects": ReadOnlyQuerySet.as_manager(),
        "save": _refuse_instance,
        "delete": _refuse_instance,
    }
    if len(options.pk_fields) > 1:
        body["pk"] = models.CompositePrimaryKey(*(field.attname for field in options.pk_fields))
    return cast("type[Model]", type(name or f"Active{options.object_name}", (models.Model,), body))


def _copy(field: Any) -> Any:
    if hasattr(field, "for_reading"):
        return field.for_reading()
    if not field.is_relation:
        return field.clone()
    # Django can not deconstruct a relation before all models are there.
    kind: type[models.ForeignKey[Any, Any]] = models.OneToOneField if field.primary_key else models.ForeignKey
    return kind(
        field.remote_field.model,
        models.DO_NOTHING,
        related_name="+",
        to_field=field.remote_field.field_name,
        db_column=field.column,
        db_constraint=False,
        null=field.null,
        primary_key=field.primary_key,
        verbose_name=field._verbose_name,
    )


def _refuse_instance(self: Any, *args: Any, **kwargs: Any) -> NoReturn:
    raise ReadOnly(f"{self._meta.label} only reads. Write through the model of the table.")
