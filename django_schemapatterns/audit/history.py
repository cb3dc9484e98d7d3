"""The past of a model's objects, read from the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from asgiref.sync import sync_to_async
from django.apps import apps
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Q

from django_schemapatterns.audit.diff import logged_pairs
from django_schemapatterns.audit.objects import options_for
from django_schemapatterns.audit.options import is_derived, table_columns
from django_schemapatterns.audit.querysets import AuditLogQuerySet
from django_schemapatterns.audit.records import primary_key, record_id
from django_schemapatterns.audit.restoring import put_back
from django_schemapatterns.audit.values import to_python
from django_schemapatterns.exceptions import HistoryIncomplete

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.audit.models import AuditLog

State = dict[str, Any]  # of one table: column -> Python value
Read = Callable[[str, Any], Any]  # makes a Python value of what is logged for a column
Cut = Callable[["AuditLog"], bool]  # whether an entry lies before the moment that is asked for


class HistoryDescriptor:
    """`Model.audit` and `instance.audit`."""

    def __get__(self, instance: Model | None, owner: type[Model]) -> History:
        return History(owner, instance)


class History:
    """
    The log of one object, or of all objects of a model.

        product.audit.timeline()          # its entries, the newest first
        product.audit.as_of(yesterday)    # the product as it was, or None
        Product.audit.as_of(yesterday)    # all products as they were
    """

    def __init__(self, model: type[Model], instance: Model | None = None, using: str | None = None) -> None:
        self.model = model
        self.instance = instance
        self.alias = using or (instance._state.db if instance is not None else None) or DEFAULT_DB_ALIAS

    def using(self, alias: str) -> History:
        """Return the same history as kept in another database."""
        return History(self.model, self.instance, alias)

    def entries(self) -> AuditLogQuerySet:
        """Return the entries, the oldest first."""
        log = log_of(self.alias)
        return log.for_model(self.model) if self.instance is None else log.for_object(self.instance)

    def timeline(self) -> AuditLogQuerySet:
        """Return the entries, the newest first."""
        return self.entries().order_by("-id")

    def as_of(self, moment: datetime) -> Any:
        """
        Return the object as it was at a moment, or None; of a model, the list of all objects that there were.

        Fields that the log does not hold, being excluded or masked, are deferred in what is returned.
        Raises HistoryIncomplete when the log can not tell, as for rows that a TRUNCATE removed unlogged.
        """
        return self._rebuild(lambda entry: entry.created_at <= moment)

    async def aas_of(self, moment: datetime) -> Any:
        """The same, awaitable."""
        return await sync_to_async(self.as_of)(moment)

    def restore(self, moment: datetime, **values: Any) -> Any:
        """
        Make the object what it was at a moment, also when it is gone, and return it.

            Product(pk=7).audit.restore(yesterday)

        What points at it or is pointed at from it is left alone, and the log notes the restoration.
        values: of fields that the log does not hold, which a row that is gone has to have.

        Raises DoesNotExist when there was no such object, HistoryIncomplete when the log can not tell.
        """
        if self.instance is None:
            raise TypeError(f"Restore one object: {self.model.__name__}(pk=…).audit.restore(…).")
        find = partial(self.as_of, moment)
        when = f"at {moment.isoformat()}"
        return put_back(self.model, self.instance.pk, find, when=when, alias=self.alias, values=values)

    async def arestore(self, moment: datetime, **values: Any) -> Any:
        """The same, awaitable."""
        return await sync_to_async(self.restore)(moment, **values)

    def _rebuild(self, cut: Cut) -> Any:
        if self.instance is None:
            return list(rebuild(self.model, cut, self.alias).values())
        key = record_id(self.instance, using=self.alias)
        return rebuild(self.model, cut, self.alias, key).get(key)


def log_of(alias: str) -> AuditLogQuerySet:
    """Return all entries in a database."""
    log: Any = apps.get_model("schemapatterns", "AuditLog")
    return cast("AuditLogQuerySet", log.objects.using(alias))


def state_around(entry: AuditLog, *, after: bool) -> Model | None:
    """Return the object of an entry as it was right after or right before it."""
    model, record = entry.model, entry.record_id
    if model is None or record is None:
        raise _unknown(entry)
    last = entry.pk if after else entry.pk - 1
    return rebuild(model, lambda each: each.pk <= last, entry._state.db or DEFAULT_DB_ALIAS, record).get(
        record
    )


def restore_around(entry: AuditLog, *, after: bool, values: dict[str, Any]) -> Model:
    """Make the object of an entry what it was right after or right before it."""
    model, record = entry.model, entry.record_id
    if model is None or record is None:
        raise _unknown(entry)
    return put_back(
        model,
        primary_key(model, record),
        partial(state_around, entry, after=after),
        when=f"{'after' if after else 'before'} entry {entry.pk}",
        alias=entry._state.db or DEFAULT_DB_ALIAS,
        values=values,
    )


def _unknown(entry: AuditLog) -> HistoryIncomplete:
    return HistoryIncomplete(f"No audited model of today keeps rows like those of {entry.table_name!r}.")


def rebuild(model: type[Model], cut: Cut, alias: str, record: str | None = None) -> dict[str, Model]:
    """Return the objects of a model at a moment by record id; with a record, that one only."""
    concrete = model._meta.concrete_model or model
    tables = [concrete, *concrete._meta.all_parents]
    states = [(table, table_states(table, cut, alias, record)) for table in tables]
    own = states[0][1]
    return {
        key: _instance(model, [(table, found[key]) for table, found in states if key in found], alias)
        for key in own
    }


def table_states(table: type[Model], cut: Cut, alias: str, record: str | None) -> dict[str, State]:
    """Return the rows of one table at a moment."""
    live = _live_rows(table, alias, record)
    if options_for(table) is None:
        return live
    entries = log_of(alias).filter(table_name=table._meta.db_table)
    if record is not None:
        entries = entries.filter(Q(record_id=record) | Q(record_id=None))
    by_record: defaultdict[str, list[AuditLog]] = defaultdict(list)
    truncations: list[AuditLog] = []
    for entry in entries.order_by("id"):
        (truncations if entry.record_id is None else by_record[entry.record_id]).append(entry)
    read = _reader(table)
    states = {}
    for key in {*live, *by_record}:
        history = sorted([*by_record[key], *truncations], key=lambda entry: entry.pk)
        if (state := state_at(history, cut, live.get(key), read)) is not None:
            states[key] = state
    return states


def _reader(table: type[Model]) -> Read:
    fields = table_columns(table)
    return lambda column, logged: to_python(fields[column], logged) if column in fields else logged


def state_at(history: list[AuditLog], cut: Cut, live: State | None, read: Read) -> State | None:
    """
    Return a row at a moment, from the entries about it in order and from the row of today.

    Forwards from its insertion where that is logged; else backwards from today or from its deletion, since
    the row may be older than its audit.
    """
    history = [
        entry for index, entry in enumerate(history) if not _survived(entry, history[index + 1 :], live)
    ]
    # By their order: the clock may have been put back between two entries.
    count = max((index for index, entry in enumerate(history, 1) if cut(entry)), default=0)
    before, after = history[:count], history[count:]
    if before and before[-1].operation in "DT":
        return None
    births = [index for index, entry in enumerate(before) if entry.operation == "I"]
    if births:
        return _forwards(before[births[-1] :], read)
    return _backwards(after, live, read, known_to_exist=bool(before))


def _survived(entry: AuditLog, later: list[AuditLog], live: State | None) -> bool:
    """Return whether a row is known to have outlived a truncation: that of another partition of its table."""
    if entry.operation != "T" or entry.record_label is None:
        return False
    following = next((each for each in later if each.operation != "T"), None)
    return live is not None if following is None else following.operation != "I"


def _forwards(entries: Iterable[AuditLog], read: Read) -> State:
    return {
        column: read(column, new) for entry in entries for column, (_, new) in logged_pairs(entry).items()
    }


def _backwards(
    after: list[AuditLog], live: State | None, read: Read, *, known_to_exist: bool
) -> State | None:
    state: State = {}
    for entry in after:
        if entry.operation in "IT" and not known_to_exist and not state:
            return None  # nothing was known of it before its creation, or before all was emptied
        if entry.operation in "IT":
            raise HistoryIncomplete(
                f"The log does not tell what {entry.table_name} held before entry {entry.pk}."
            )
        for column, (old, _) in logged_pairs(entry).items():
            state.setdefault(column, read(column, old))
        if entry.operation == "D":
            return state
    if live is None and (after or known_to_exist):
        raise HistoryIncomplete("A row is gone, and the log has no entry of its end: was the audit paused?")
    return None if live is None else {**live, **state}


def _live_rows(table: type[Model], alias: str, record: str | None) -> dict[str, State]:
    rows = table._base_manager.using(alias)
    if record is not None:
        rows = rows.filter(pk=primary_key(table, record))
    columns = table_columns(table)
    return {
        record_id(row, using=alias): {
            column: getattr(row, field.attname) for column, field in columns.items()
        }
        for row in rows
    }


def _instance(model: type[Model], states: list[tuple[type[Model], State]], alias: str) -> Model:
    """Make an instance of what is known; the fields that are not are deferred."""
    values: dict[str, Any] = {}
    for table, state in states:
        hidden = hidden_columns(table)
        for column, field in table_columns(table).items():
            if column in state and column not in hidden:
                values.setdefault(field.attname, state[column])
    attnames = [field.attname for field in model._meta.concrete_fields if field.attname in values]
    return model.from_db(alias, attnames, [values[name] for name in attnames])


def hidden_columns(table: type[Model]) -> set[str]:
    """Return the columns that are excluded, masked, or follow from others."""
    options = options_for(table)
    if options is None:
        return set()
    names = {*options.exclude, *options.masked(table)}
    columns = table_columns(table).items()
    return {column for column, field in columns if field.name in names or is_derived(field)}
