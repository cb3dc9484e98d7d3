"""The names of the objects that a page of the log is about, with a fixed number of queries."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING, Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.db import connections
from django.db.models import Model, prefetch_related_objects

if TYPE_CHECKING:
    from django.db.models import Field

Lookup = tuple[type[Model], str]  # a model, and its field that a key is a value of


class _QueryRefused(Exception):  # noqa: N818 - it never gets out of here
    pass


class Names:
    """
    Objects and what they are called: first say which are wanted, then load them, one query a model.

        names = Names("default")
        names.want(Brand, 7)
        names.load()
        names.of(Brand, 7)  # 'Northern Lantern', or None when there is no such brand
    """

    def __init__(self, alias: str) -> None:
        self.alias = alias
        self._wanted: defaultdict[Lookup, set[Any]] = defaultdict(set)
        self._objects: dict[Lookup, dict[Any, Model]] = {}
        self._names: dict[Lookup, dict[Any, str | None]] = {}

    def want(self, model: type[Model], key: Any, attname: str = "pk") -> None:
        if key is not None:
            self._wanted[model, attname].add(key)

    def want_value(self, field: Field[Any, Any] | None, value: Any) -> None:
        """Ask for the object that the value of a foreign key stands for."""
        lookup = lookup_of(field)
        if lookup and field and (key := _read(field, value)) is not None:
            self.want(lookup[0], key, lookup[1])

    def want_record(self, model: type[Model] | None, record: str | None) -> None:
        if model is not None and record is not None:
            self.want(model, key_of(model, record))

    def want_user(self, user_id: str | None) -> None:
        self.want_record(get_user_model(), user_id)

    def load(self) -> None:
        """Load what is wanted and not there yet."""
        for lookup, keys in self._wanted.items():
            model, attname = lookup
            rows = list(model._base_manager.using(self.alias).filter(**{f"{attname}__in": list(keys)}))
            self._objects[lookup] = {getattr(row, attname): row for row in rows}
            self._names[lookup] = {
                getattr(row, attname): name for row, name in zip(rows, _names_of(rows), strict=True)
            }
        self._wanted.clear()

    def objects(self) -> Iterator[Model]:
        """Give all objects that were found."""
        for found in self._objects.values():
            yield from found.values()

    def of(self, model: type[Model], key: Any, attname: str = "pk") -> str | None:
        return self._names.get((model, attname), {}).get(key)

    def of_value(self, field: Field[Any, Any] | None, value: Any) -> str | None:
        lookup = lookup_of(field)
        return self.of(lookup[0], _read(field, value), lookup[1]) if lookup and field else None

    def of_record(self, model: type[Model] | None, record: str | None) -> str | None:
        return None if model is None or record is None else self.of(model, key_of(model, record))

    def of_user(self, user_id: str | None) -> str | None:
        return self.of_record(get_user_model(), user_id)

    def record(self, model: type[Model] | None, record: str | None) -> Model | None:
        """Return the object of a record that was wanted, None when it is gone."""
        if model is None or record is None:
            return None
        return self._objects.get((model, "pk"), {}).get(key_of(model, record))


def lookup_of(field: Field[Any, Any] | None) -> Lookup | None:
    """Return what the values of a foreign key are keys of, None for other fields."""
    if field is None or not (field.many_to_one or field.one_to_one) or not field.related_model:
        return None
    target: Any = getattr(field, "target_field", None)
    if target is None:
        return None
    model = target.model
    return (model, "pk") if target.primary_key else (model, target.attname)


def key_of(model: type[Model], record: str) -> Any:
    """
    Return the primary key that a record id names, as the value that an instance has; None when it is none.

        key_of(UserRole, '["7", "3"]')  # (7, 3)
    """
    fields = model._meta.pk_fields
    if len(fields) == 1:
        return _read(fields[0], record)
    try:
        parts = json.loads(record)
        values = tuple(_read(field, part) for field, part in zip(fields, parts, strict=True))
    except (ValueError, TypeError):
        return None
    return None if None in values else values


def _read(field: Any, logged: Any) -> Any:
    """Read a key, None where it is none: the field may have had another type when it was logged."""
    try:
        key = getattr(field, "target_field", field).to_python(logged)
        hash(key)
    except (ValidationError, ValueError, TypeError, ArithmeticError):
        return None
    return key


def _names_of(rows: list[Model]) -> list[str | None]:
    """
    Return what objects of one model call themselves, None for those that do not or would need queries to.

    A __str__ that names the objects it links to is given those, with a query for each foreign key; one that
    goes further is not asked at all.
    """
    try:
        return [_name_of(row) for row in rows]
    except _QueryRefused:
        relations = [field.name for field in rows[0]._meta.concrete_fields if lookup_of(field)]
        prefetch_related_objects(rows, *relations)
    try:
        return [_name_of(row) for row in rows]
    except _QueryRefused:
        return [None] * len(rows)


def _name_of(row: Model) -> str | None:
    if type(row).__str__ is Model.__str__:
        return None  # "Product object (7)" is no name
    try:
        with _no_queries():
            return str(row) or None
    except _QueryRefused:
        raise
    except Exception:  # noqa: BLE001 - a page of history must survive a __str__ that does not
        return None


@contextmanager
def _no_queries() -> Iterator[None]:
    """Refuse queries, so that a __str__ can not make one for each row."""
    with ExitStack() as stack:
        for connection in connections.all(initialized_only=True):
            stack.enter_context(connection.execute_wrapper(_refuse))
        yield


def _refuse(*args: Any) -> Any:
    raise _QueryRefused


def joined(parts: Iterable[str | None], separator: str = " ") -> str:
    return separator.join(part for part in parts if part)
