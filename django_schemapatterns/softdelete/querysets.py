"""Alive, deleted and both: querysets and managers of models that are soft-deleted."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Self, TypeVar, cast

from asgiref.sync import sync_to_async
from django.db import connections, models, transaction
from django.db.models import Func
from django.db.models.lookups import IsNull
from django.db.models.sql.where import AND, WhereNode
from django.utils import timezone

from django_schemapatterns.softdelete import batches, signals
from django_schemapatterns.softdelete.errors import friendly
from django_schemapatterns.softdelete.fields import MarkField
from django_schemapatterns.softdelete.relations import BATCH, MARK

if TYPE_CHECKING:
    from django_schemapatterns.softdelete.batches import Counts

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
        self._refuse_slices("delete")
        batch = uuid.uuid4()
        signals.pre_soft_delete.send(self.model, deletion_id=batch, origin=self, using=self.db)
        with friendly(self.model, self.db), transaction.atomic(using=self.db):
            rows = self.alive().order_by().update(**{MARK: ClockTimestamp(), BATCH: batch})
            counts = batches.counted(self.model, rows, self.db)
            batches.judge(self.model, self.db)
        signals.post_soft_delete.send(
            self.model, deletion_id=batch, origin=self, using=self.db, counts=counts
        )
        return counts

    @_changes_data
    def restore(self) -> Counts:
        """
        Restore the deleted rows, and exactly what was deleted along with them.

        Raises RestoreConflict when an alive row has taken a place that must be unique, and ParentDeleted when
        a row that they depend on is deleted still; nothing is changed then.
        """
        self._refuse_slices("restore")
        signals.pre_restore.send(self.model, origin=self, using=self.db)
        with friendly(self.model, self.db), transaction.atomic(using=self.db):
            rows = self.deleted().order_by().update(**{MARK: None, BATCH: None})
            counts = batches.counted(self.model, rows, self.db)
            batches.judge(self.model, self.db)
        signals.post_restore.send(self.model, origin=self, using=self.db, counts=counts)
        return counts

    @_changes_data
    def hard_delete(self) -> Counts:
        """Delete the rows for good, with Django's own cascades and signals."""
        with friendly(self.model, self.db), hard_deletes(self.db):
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

    def _refuse_slices(self, verb: str) -> None:
        if self.query.is_sliced:
            raise TypeError(f"Cannot use 'limit' or 'offset' with {verb}().")
        if self.query.distinct_fields or getattr(self, "_fields", None) is not None:
            raise TypeError(f"Cannot call {verb}() after .values(), .values_list() or .distinct(*fields).")


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
    _drop_alive(clone.query.where)
    return clone


def _drop_alive(node: WhereNode) -> None:
    if node.negated or node.connector != AND:
        return
    node.children = [child for child in node.children if not _is_alive(child)]
    for child in node.children:
        if isinstance(child, WhereNode):
            _drop_alive(child)


def _is_alive(child: Any) -> bool:
    target = getattr(getattr(child, "lhs", None), "target", None)
    return isinstance(child, IsNull) and child.rhs is True and isinstance(target, MarkField)


class SoftDeleteManager(models.Manager.from_queryset(SoftDeleteQuerySet)):  # type: ignore[misc]
    """
    The alive rows; composes with a queryset of your own.

        objects = SoftDeleteManager.from_queryset(ProductQuerySet)()
    """

    def get_queryset(self) -> Any:
        return super().get_queryset().alive()


class AllObjectsManager(models.Manager.from_queryset(SoftDeleteQuerySet)):  # type: ignore[misc]
    """All rows, alive and deleted."""


class DeletedObjectsManager(models.Manager.from_queryset(SoftDeleteQuerySet)):  # type: ignore[misc]
    """The deleted rows."""

    def get_queryset(self) -> Any:
        return super().get_queryset().deleted()
