"""Old states put back."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.db import transaction

from django_schemapatterns.audit.diff import Change
from django_schemapatterns.audit.options import is_derived, table_fields
from django_schemapatterns.context import acting_as
from django_schemapatterns.exceptions import HistoryIncomplete

if TYPE_CHECKING:
    from django.db.models import Field, Model


def put_back(
    model: type[Model],
    key: Any,
    find: Callable[[], Model | None],
    *,
    when: str,
    alias: str,
    values: dict[str, Any],
) -> Model:
    """
    Make the row of a key what it was, and return it.

    find: returns its old state; it is called when nobody else can change the row any more.
    when: what the log is told, and errors say.  values: of fields that the log does not hold.
    """
    with transaction.atomic(using=alias), acting_as(restored=when):
        rows = lock(model, key, alias)
        past = find()
        if past is None:
            raise model.DoesNotExist(f"There was no {model._meta.label} {key} {when}.")  # type: ignore[attr-defined]
        for name, value in values.items():
            setattr(past, model._meta.get_field(name).name, value)
        for table, row in rows.items():
            if row is None:
                _insert(table, past, alias)
            else:
                _update(row, past, alias)
    found: Model = _rows(model, alias).get(pk=key)
    return found


def lock(model: type[Model], key: Any, alias: str) -> dict[type[Model], Any]:
    """Keep others from changing a row until the transaction ends, and return it by table."""
    return {table: _rows(table, alias).select_for_update().filter(pk=key).first() for table in _tables(model)}


def differences(past: Model, alias: str) -> list[Change]:
    """Return what restoring a past state would change today, the old value being today's."""
    found = []
    for table in _tables(type(past)):
        row = _rows(table, alias).filter(pk=past.pk).first()
        for field in _changed(table, row, past):
            now, then = row and getattr(row, field.attname), getattr(past, field.attname)
            found.append(
                Change(field.name, str(field.column), str(field.verbose_name), now, then, field=field)
            )
    return found


def _tables(model: type[Model]) -> list[type[Model]]:
    """Return the models whose tables a row is made of, the first one first."""
    concrete = model._meta.concrete_model or model
    for link in concrete._meta.parents.values():
        if link is not None and not link.primary_key:
            raise HistoryIncomplete(
                f"{model._meta.label} has several parents, and the log does not join them."
            )
    return [*reversed(concrete._meta.all_parents), concrete]


def _update(row: Model, past: Model, alias: str) -> None:
    changed = _changed(type(row), row, past)
    if not changed:
        return
    for field in changed:
        setattr(row, field.attname, getattr(past, field.attname))
    notes = [field for field in _written(type(row)) if _notes_changes(field)]
    for field in notes:
        setattr(row, field.attname, field.pre_save(row, add=False))
    _save(row, alias, update_fields=[field.name for field in [*changed, *notes]])


def _insert(table: type[Model], past: Model, alias: str) -> None:
    row = table(
        **{field.attname: getattr(past, field.attname) for field in _written(table) if _is_known(field, past)}
    )
    unknown = [field for field in _written(table) if not _is_known(field, past)]
    for field in filter(_notes_changes, unknown):
        setattr(row, field.attname, field.pre_save(row, add=True))
    missing = [field.name for field in unknown if not _notes_changes(field)]
    if missing:
        raise HistoryIncomplete(
            f"The row of {table._meta.label} {past.pk} is gone, and the log does not hold all of it. Say "
            f"what the rest is: restore(…, {', '.join(f'{name}=…' for name in missing)})."
        )
    _save(row, alias, force_insert=True)


def _save(row: Model, alias: str, **how: Any) -> None:
    """Write a row as fixtures are loaded: past what the model's save() and its fields would make of it."""
    row.save_base(raw=True, using=alias, **how)


def _changed(table: type[Model], row: Model | None, past: Model) -> list[Field[Any, Any]]:
    """Return the fields in which a row is not what it was; all that are known where it is gone."""
    known = [field for field in _written(table) if _is_known(field, past) and not _notes_changes(field)]
    return [
        field for field in known if row is None or getattr(past, field.attname) != getattr(row, field.attname)
    ]


def _notes_changes(field: Field[Any, Any]) -> bool:
    """Return whether a field tells when its row was last changed, which is now."""
    return getattr(field, "auto_now", False) or getattr(field, "is_kept", False)


def _is_known(field: Field[Any, Any], past: Model) -> bool:
    return field.attname in past.__dict__


def _written(table: type[Model]) -> list[Field[Any, Any]]:
    return [
        field
        for field in table_fields(table)
        if not is_derived(field) and not getattr(field, "generated", False)
    ]


def _rows(table: type[Model], alias: str) -> Any:
    return table._base_manager.using(alias)
