"""What a form has to know of deleted rows: they hold on to whatever must be unique among all rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from django_schemapatterns.softdelete.relations import MARK

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.db.models import Model


def places_of_deleted(instance: Any, exclude: Iterable[str] | None) -> dict[str, list[ValidationError]]:
    """Return the errors of total unique rules that a deleted row breaks; Django asks the alive ones."""
    checks, _dates = instance._get_unique_checks(exclude=exclude, include_meta_constraints=True)
    errors: dict[str, list[ValidationError]] = {}
    for model, fields in checks:
        if _taken(instance, model, fields):
            place = fields[0] if len(fields) == 1 else "__all__"
            errors.setdefault(place, []).append(_error(model, fields))
    return errors


def _taken(instance: Any, model: type[Model], fields: tuple[str, ...]) -> bool:
    options: Any = model._meta
    values = {name: getattr(instance, options.get_field(name).attname) for name in fields}
    if None in values.values() or not hasattr(model, MARK):
        return False
    rows = model._base_manager.filter(**values, **{f"{MARK}__isnull": False})
    return (rows if instance._state.adding else rows.exclude(pk=instance.pk)).exists()


def _error(model: type[Model], fields: tuple[str, ...]) -> ValidationError:
    labels = [str(model._meta.get_field(name).verbose_name) for name in fields]  # type: ignore[union-attr]
    return ValidationError(
        _("A deleted %(model)s has this %(fields)s. Restore it, or choose another value."),
        code="unique_deleted",
        params={"model": model._meta.verbose_name, "fields": _(" and ").join(labels)},
    )
