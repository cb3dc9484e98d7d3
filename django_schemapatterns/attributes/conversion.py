"""Old documents become what a new schema asks for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field as member
from itertools import islice
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

if TYPE_CHECKING:
    from django.db.models import QuerySet

Converters = dict[str, Callable[[Any], Any]]
SHOWN = 100


@dataclass
class Conversion:
    """
    What became of the rows.

    changed: how many have a new document.  failed: how many could not be converted, and are as they were.
    examples: keys of the latter, 100 at most.
    """

    changed: int = 0
    failed: int = 0
    examples: list[Any] = member(default_factory=list)


def convert_attributes(
    queryset: QuerySet[Any], field_name: str, converters: Converters, *, batch: int = 1_000
) -> Conversion:
    """
    Convert values in the documents of rows, in a data migration for example.

        def forwards(apps, schema_editor):
            products = apps.get_model("shop", "Product").objects.all()
            convert_attributes(products, "attributes", {"weight": Decimal, "colour": lambda value: None})

    converters: a function for each attribute; it gets the old value and returns the new one, None to take the
    attribute away. A row for which one raises ValueError, TypeError, ArithmeticError or
    ValidationError stays as it is, and so does one that would break a rule.
    batch: rows in one transaction. What others write at the same time is kept.
    """
    result = Conversion()
    model = queryset.model
    rows = queryset.filter(**{f"{field_name}__has_any_keys": list(converters)}).order_by("pk")
    keys = rows.values_list("pk", flat=True).iterator(chunk_size=batch)
    while some := list(islice(keys, batch)):
        with transaction.atomic(using=queryset.db):
            locked = model._base_manager.using(queryset.db).select_for_update(of=("self",))
            for key, document in locked.filter(pk__in=some).values_list("pk", field_name):
                _convert(locked.filter(pk=key), field_name, document, converters, result)
    return result


def _convert(
    row: QuerySet[Any], field_name: str, document: Any, converters: Converters, result: Conversion
) -> None:
    try:
        new = _converted(document, converters)
        if new != document:
            with transaction.atomic(using=row.db):
                result.changed += row.update(**{field_name: new})
    except (ValueError, TypeError, ArithmeticError, ValidationError, IntegrityError):
        result.failed += 1
        if len(result.examples) < SHOWN:
            result.examples += row.values_list("pk", flat=True)


def _converted(document: Any, converters: Converters) -> dict[str, Any]:
    new = {name: convert(document[name]) for name, convert in converters.items() if name in document}
    gone = {name for name, value in new.items() if value is None}
    return {name: value for name, value in {**document, **new}.items() if name not in gone}
