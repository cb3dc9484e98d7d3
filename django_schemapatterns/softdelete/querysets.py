"""Alive, deleted and both: querysets and managers of models that are soft-deleted."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from asgiref.sync import sync_to_async
from django.db import connections, models, transaction
from django.db.models import Func
from django.db.models.lookups import IsNull
from django.db.models.sql import UpdateQuery
from django.db.models.sql.where import AND, WhereNode
from django.dispatch import Signal
from django.utils import timezone

from django_schemapatterns.softdelete import batches, signals
from django_schemapatterns.softdelete.errors import friendly
from django_schemapatterns.softdelete.fields import MarkField
from django_schemapatterns.softdelete.relations import BATCH, MARK
from django_schemapatterns.softdelete.upserts import AliveInsertQuery, arbiter

if TYPE_CHECKING:
    from django_schemapatterns.softdelete.batches import Counts, Marked

_Model_co = TypeVar("_Model_co", bound=models.Model, covariant=True)
_Method = TypeVar("_Method", bound=Callable[..., Any])


def _changes_data(method: _Method) -> _Method:
    """Keep a method away from templates and from managers, as Django does with its own delete()."""
    method.alters_data = method.queryset_only = True  # type: ignore[attr-defined]
    return method


class ClockTimestamp(Func):
    """The time of day, which goes on within a transaction."""

    function = "clock_timestamp"
    arity = 0
    output_field = models.DateTimeField()


class SoftDeleteQuerySet(models.QuerySet[_Model_co]):
    """
    A queryset that can tell the alive from the deleted, and delete and restore in one statement.

        Product.objects.filter(brand=brand).delete()
        Product.deleted_objects.filter(brand=brand).restore()
    """

    def alive(self) -> Self:
        """The rows that are not deleted."""
        return self.filter(**{f"{MARK}__isnull": True})

    def deleted(self) -> Self:
        """The rows that are deleted; also of a queryset that shows the alive only."""
        return self.with_deleted().filter(**{f"{MARK}__isnull": False})

    def with_deleted(self) -> Self:
        """The same rows with the deleted ones among them."""
        return cast("Self", without_alive_filter(self))

    @_changes_data
    def delete(self) -> Counts:
        """
        Soft-delete the alive rows and what depends on them.

        Returns Django's (number of rows, {label: number}), dependants included. Raises ProtectedError or
        RestrictedError, with nothing changed.
        """
        self._prepare("delete")
        marked = self.alive()._delete(origin=self)
        self._result_cache = None
        return marked.counts

    @_changes_data
    def restore(self) -> Counts:
        """
        Restore the deleted rows, and exactly what was deleted along with them.

        Raises RestoreConflict when an alive row has taken a place that must be unique, and ParentDeleted when
        a row that they depend on is deleted still; nothing is changed then.
        """
        self._prepare("restore")
        marked = self.deleted()._restore(origin=self)
        self._result_cache = None
        return marked.counts

    def _delete(self, origin: Any) -> Marked:
        """Delete rows that are alive."""
        batch = uuid.uuid4()
        told = {"deletion_id": batch, "origin": origin, "using": self.db}
        with friendly(self.db), self._whole(signals.pre_soft_delete, signals.post_soft_delete):
            signals.pre_soft_delete.send(self.model, **told)
            marked = self._mark({MARK: ClockTimestamp(), BATCH: batch}, one=isinstance(origin, models.Model))
            signals.post_soft_delete.send(self.model, **told, counts=marked.counts)
        return marked

    def _restore(self, origin: Any) -> Marked:
        """Restore rows that are deleted."""
        told = {"origin": origin, "using": self.db}
        heard = (signals.pre_restore, signals.post_restore)
        with friendly(self.db), self._whole(*heard):
            if any(signal.has_listeners(self.model) for signal in heard):
                told["deletion_ids"] = set(self.order_by().values_list(BATCH, flat=True).distinct())
            signals.pre_restore.send(self.model, **told)
            marked = self._mark({MARK: None, BATCH: None}, one=isinstance(origin, models.Model))
            signals.post_restore.send(self.model, **told, counts=marked.counts)
        return marked

    def _preview(self) -> Counts:
        """Delete rows that are alive, and take it back."""
        with friendly(self.db), transaction.atomic(using=self.db):
            marked = self._mark({MARK: ClockTimestamp(), BATCH: uuid.uuid4()})
            transaction.set_rollback(True, using=self.db)
        return marked.counts

    def _whole(self, *heard: Signal) -> AbstractContextManager[Any]:
        """Return a transaction, unless a single round trip, which is one, is all that there is to do."""
        connection: Any = connections[self.db]
        model: Any = self.model
        alone = connection.get_autocommit() and not (
            connection.features.uses_server_side_binding
            or model._meta.all_parents
            or any(signal.has_listeners(model) for signal in heard)
        )
        return nullcontext() if alone else transaction.atomic(using=self.db)

    def _mark(self, marks: dict[str, Any], *, one: bool = False) -> Marked:
        """Set the marks of the rows."""
        if not one and self.query.where.contains_over_clause:  # which an UPDATE can not ask for
            rows = type(self)(self.model, using=self.db).filter(pk__in=self.order_by().values("pk"))
            return rows._mark(marks)
        query: Any = self.query.chain(UpdateQuery)
        query.clear_ordering(force=True)
        query.add_update_values(marks)
        if query.related_updates:  # the marks are in the table of a parent
            number = self.order_by().update(**marks)
            return batches.Marked(batches.outcome(self.model, number, self.db))
        query.clear_select_clause()
        return batches.mark(self.model, query, self.db, one=one, restores=marks[MARK] is None)

    @_changes_data
    def hard_delete(self) -> Counts:
        """Delete the rows for good, with Django's own cascades and signals."""
        self._prepare("hard_delete")
        with friendly(self.db), hard_deletes(self.db):
            return super().delete()

    @_changes_data
    def purge(self, *, older_than: timedelta) -> Counts:
        """Delete for good the rows that were soft-deleted longer ago than that."""
        return self.deleted().filter(**{f"{MARK}__lt": timezone.now() - older_than}).hard_delete()

    @_changes_data
    async def adelete(self) -> Counts:
        return await sync_to_async(self.delete)()

    @_changes_data
    async def arestore(self) -> Counts:
        return await sync_to_async(self.restore)()

    @_changes_data
    async def ahard_delete(self) -> Counts:
        return await sync_to_async(self.hard_delete)()

    @_changes_data
    async def apurge(self, *, older_than: timedelta) -> Counts:
        return await sync_to_async(self.purge)(older_than=older_than)

    def _insert(self, objs: Any, fields: Any, **options: Any) -> Any:
        # bulk_create(update_conflicts=True) has to name the partial index that UniqueAlive is.
        rule = arbiter(self.model, options.get("unique_fields"))
        if rule is None:
            return super()._insert(objs, fields, **options)  # type: ignore[misc]
        self._for_write = True
        using = options.pop("using", None) or self.db
        returning, raw = options.pop("returning_fields", None), options.pop("raw", False)
        query = AliveInsertQuery(self.model, rule=rule, **options)
        query.insert_values(fields, objs, raw=raw)
        return query.get_compiler(using=using).execute_sql(returning)

    _insert.alters_data = True  # type: ignore[attr-defined]
    _insert.queryset_only = False  # type: ignore[attr-defined]

    def _prepare(self, verb: str) -> None:
        if self.query.is_sliced:
            raise TypeError(f"Cannot use 'limit' or 'offset' with {verb}().")
        if self.query.distinct_fields or getattr(self, "_fields", None) is not None:
            raise TypeError(f"Cannot call {verb}() after .values(), .values_list() or .distinct(*fields).")
        self._for_write = True


@contextmanager
def hard_deletes(using: str) -> Iterator[None]:
    """Let DELETE delete, for the rest of a transaction of its own."""
    with transaction.atomic(using=using), connections[using].cursor() as cursor:
        cursor.execute("SELECT current_setting('schemapatterns.hard_delete', true)")
        outer = cursor.fetchone()[0] or ""
        cursor.execute("SELECT set_config('schemapatterns.hard_delete', 'on', true)")
        yield
        cursor.execute("SELECT set_config('schemapatterns.hard_delete', %s, true)", [outer])


def without_alive_filter(queryset: Any) -> Any:
    """Return the queryset without its condition that rows are alive."""
    clone = queryset._chain()
    _drop_alive(clone.query.where, _own_tables(clone.query))
    return clone


def shows_deleted(manager: models.Manager[Any]) -> bool:
    """Return whether deleted rows are among those of a manager."""
    query: Any = manager.get_queryset().query
    tables = _own_tables(query)
    return not any(_is_alive(leaf, tables) for leaf in query.where.leaves())


def _own_tables(query: Any) -> set[str]:
    """Return the aliases of the tables that hold the rows themselves, not of those joined to them."""
    own = {query.base_table}
    for alias, table in query.alias_map.items():
        link = getattr(getattr(table, "join_field", None), "remote_field", None)
        if getattr(table, "parent_alias", None) in own and getattr(link, "parent_link", False):
            own.add(alias)
    return own


def _drop_alive(node: WhereNode, tables: set[str]) -> None:
    if node.negated or node.connector != AND:
        return
    node.children = [child for child in node.children if not _is_alive(child, tables)]
    for child in node.children:
        if isinstance(child, WhereNode):
            _drop_alive(child, tables)


def _is_alive(child: Any, tables: set[str]) -> bool:
    column: Any = getattr(child, "lhs", None)
    return (
        isinstance(child, IsNull)
        and child.rhs is True
        and isinstance(getattr(column, "target", None), MarkField)
        and column.alias in tables
    )


FromSoftDelete = models.Manager.from_queryset(SoftDeleteQuerySet)


class SoftDeleteManager(FromSoftDelete[_Model_co]):
    """
    The alive rows; composes with a queryset of your own.

        objects = SoftDeleteManager.from_queryset(ProductQuerySet)()
    """

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.alive()


class AllObjectsManager(FromSoftDelete[_Model_co]):
    """All rows, alive and deleted."""


class DeletedObjectsManager(FromSoftDelete[_Model_co]):
    """The deleted rows."""

    def get_queryset(self) -> Any:
        rows: Any = super().get_queryset()
        return rows.deleted()
