"""What is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from benchmarks.audit.contenders import OURS, Contender
from benchmarks.audit.models import Plain
from django_schemapatterns import context

COMMITS = 100
READS = 20
RISE = Decimal("1.1")
COLUMNS = [field.column for field in Plain._meta.concrete_fields if not field.primary_key]


def everybody(contender: Contender) -> bool:
    return True


def triggers(contender: Contender) -> bool:
    return not contender.signals


def readable(contender: Contender) -> bool:
    return contender.history is not None


def ours(contender: Contender) -> bool:
    return contender is OURS


@dataclass(frozen=True)
class Operation:
    """
    One thing to measure.

    run: gets the contender, the number of rows and what `before` returned, which itself is not measured.
    entries: how many a complete log gains by `run`; None is one for each row.
    scale: rows of the table, relative to those asked for; logged: entries in the log, relative to the rows.
    parts: what the time is divided by, where `run` does a thing several times.
    """

    name: str
    run: Callable[[Contender, int, Any], object]
    before: Callable[[Contender, int], Any] = lambda contender, rows: None
    contenders: Callable[[Contender], bool] = everybody
    entries: int | None = None
    scale: float = 1
    logged: int = 0
    parts: int = 1


def products(contender: Contender) -> Any:
    return contender.model._default_manager


def update(contender: Contender, rows: int, _: Any = None) -> None:
    products(contender).update(price=F("price") * RISE)


def update_nothing(contender: Contender, rows: int, _: Any) -> None:
    products(contender).update(price=F("price"))


def delete(contender: Contender, rows: int, _: Any) -> None:
    products(contender).all().delete()


def fetch(contender: Contender, rows: int, *, number: int) -> list[Any]:
    return list(products(contender).order_by("-id")[:number])


def save_each(contender: Contender, rows: int, fetched: list[Any]) -> None:
    for product in fetched:
        product.price += 1
        product.save()


def save_ten(contender: Contender, rows: int) -> None:
    save_each(contender, rows, fetch(contender, rows, number=10))


def warm_up(contender: Contender, rows: int) -> list[Any]:
    save_ten(contender, rows)
    return fetch(contender, rows, number=COMMITS)


def update_and_fetch_ten(contender: Contender, rows: int) -> list[Any]:
    update(contender, rows)
    return fetch(contender, rows, number=10)


def new(contender: Contender, rows: int, *, number: int | None = None) -> list[Any]:
    """Make products that are not in the table yet."""
    made = products(contender).order_by("id")[: number or rows]
    for product in made:
        product.pk, product.sku, product._state.adding = None, f"{product.sku}-new", True
    return list(made)


def bulk_create(contender: Contender, rows: int, made: list[Any]) -> None:
    products(contender).bulk_create(made)


def create_one(contender: Contender, rows: int) -> list[Any]:
    first, *others = new(contender, rows, number=COMMITS + 1)
    save_new(contender, rows, [first])
    return others


def save_new(contender: Contender, rows: int, made: list[Any]) -> None:
    for product in made:
        product.save(force_insert=True)


def copy_out(contender: Contender, rows: int) -> bytes:
    """Return the table's rows as COPY reads them, with other keys."""
    values = ", ".join("sku || '-new'" if name == "sku" else name for name in COLUMNS)
    query = f"COPY (SELECT {values} FROM {contender.table}) TO STDOUT"
    with connection.cursor() as cursor, cursor.copy(query) as copy:
        return b"".join(copy)


def copy_in(contender: Contender, rows: int, data: bytes) -> None:
    query = f"COPY {contender.table} ({', '.join(COLUMNS)}) FROM STDIN"
    with transaction.atomic():
        if context.get():
            context.bind()
        with connection.cursor() as cursor, cursor.copy(query) as copy:
            copy.write(data)


def pick(contender: Contender, rows: int) -> list[Any]:
    """Return products from all over the table."""
    step = max(rows // READS, 1)
    return list(products(contender).filter(pk__in=range(1, rows + 1, step)))


def read_history(contender: Contender, rows: int, picked: list[Any]) -> None:
    assert contender.history is not None
    for product in picked:
        list(contender.history(product))


def rebuild(contender: Contender, rows: int, picked: list[Any]) -> None:
    moment = datetime.now(UTC) + timedelta(days=180)
    for product in picked:
        product.audit.as_of(moment)


OPERATIONS = [
    Operation("update", update),
    Operation("update after ten saves", update, save_ten),
    Operation("ten saves after update", save_each, update_and_fetch_ten, entries=10, parts=10),
    Operation("bulk_create", bulk_create, new),
    Operation("COPY", copy_in, copy_out),
    Operation("create", save_new, create_one, entries=COMMITS, parts=COMMITS),
    Operation("save", save_each, warm_up, entries=COMMITS, parts=COMMITS),
    Operation("first save of a session", save_each, partial(fetch, number=1), entries=1),
    Operation("no-op update", update_nothing, entries=0),
    Operation("delete", delete),
    Operation("update x 0.1", update, contenders=triggers, scale=0.1),
    Operation("update x 10", update, contenders=triggers, scale=10),
    Operation("update on a full log", update, contenders=triggers, logged=100),
    Operation("history", read_history, pick, contenders=readable, entries=0, logged=100, parts=READS),
    Operation("as_of", rebuild, pick, contenders=ours, entries=0, logged=100, parts=READS),
]
