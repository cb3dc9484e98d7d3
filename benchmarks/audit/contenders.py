"""Who is measured: how each is told who acts, where it writes, and how it is asked for a record's history."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace
from typing import Any

import pghistory
from auditlog.context import set_actor
from auditlog.models import LogEntry
from django.contrib.auth.models import User
from django.db import models
from simple_history.models import HistoricalRecords

from benchmarks.audit.models import (
    Audited,
    Auditlog,
    Classic,
    ClassicLog,
    Historical,
    OneTable,
    Plain,
    RowEvents,
    StatementEvents,
)
from django_schemapatterns import context

ONE_TABLE = "one_table_audit_log"


@dataclass(frozen=True)
class Contender:
    """
    One way to keep an audit trail.

    log: the table of its entries; tables: that and what else grows with it.
    moment: the log's column of time.
    history: what it offers to read the history of a product.
    signals: it sees only what passes through Django's signals.
    """

    name: str
    model: type[models.Model]
    acting: Callable[[User], AbstractContextManager[Any]]
    log: str = ""
    tables: tuple[str, ...] = ()
    moment: str = "created_at"
    history: Callable[[Any], models.QuerySet[Any]] | None = None
    signals: bool = False

    @property
    def table(self) -> str:
        return self.model._meta.db_table


@contextmanager
def simple_history_request(user: User) -> Iterator[None]:
    HistoricalRecords.context.request = SimpleNamespace(user=user)
    try:
        yield
    finally:
        del HistoricalRecords.context.request


def nobody(user: User) -> AbstractContextManager[None]:
    return nullcontext()


def pghistory_context(user: User) -> pghistory.context:
    return pghistory.context(user=user.pk)


def entries_about(log: type[models.Model], product: Any) -> models.QuerySet[Any]:
    about = log._default_manager.filter(table_name=product._meta.db_table, record_id=product.pk)
    return about.order_by("-id")


def events_of(product: Any) -> models.QuerySet[Any]:
    return product.events.order_by("-pgh_id")


CONTENDERS = [
    Contender("none", Plain, nobody),
    Contender(
        "ours",
        Audited,
        context.acting_as,
        log="schemapatterns.audit_log",
        tables=("schemapatterns.audit_log",),
        history=lambda product: product.audit.timeline(),
    ),
    Contender("ours (one table)", OneTable, context.acting_as, log=ONE_TABLE, tables=(ONE_TABLE,)),
    *(
        Contender(
            f"pghistory {level}",
            model,
            pghistory_context,
            log=log,
            tables=(log, "pghistory_context"),
            moment="pgh_created_at",
            history=events_of,
        )
        for level, model, log in (
            ("statement", StatementEvents, "shop_statementeventsevent"),
            ("row", RowEvents, "shop_roweventsevent"),
        )
    ),
    Contender(
        "classic trigger",
        Classic,
        context.acting_as,
        log="shop_classiclog",
        tables=("shop_classiclog",),
        history=partial(entries_about, ClassicLog),
    ),
    Contender(
        "auditlog",
        Auditlog,
        set_actor,
        log="auditlog_logentry",
        tables=("auditlog_logentry",),
        moment="timestamp",
        history=LogEntry.objects.get_for_object,
        signals=True,
    ),
    Contender(
        "simple-history",
        Historical,
        simple_history_request,
        log="shop_historicalhistorical",
        tables=("shop_historicalhistorical",),
        moment="history_date",
        history=lambda product: product.history.all(),
        signals=True,
    ),
]
OURS = CONTENDERS[1]
