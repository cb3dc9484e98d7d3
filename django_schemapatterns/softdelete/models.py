"""The base of models whose rows are soft-deleted."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from asgiref.sync import sync_to_async
from django.core.exceptions import ValidationError
from django.db import models, router, transaction
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.exceptions import NotDeleted
from django_schemapatterns.schema.attach import attach_constraints, attach_permissions, attach_triggers
from django_schemapatterns.softdelete.batches import added
from django_schemapatterns.softdelete.errors import friendly
from django_schemapatterns.softdelete.fields import BatchField, MarkField, keeps_itself
from django_schemapatterns.softdelete.objects import mark_triggers
from django_schemapatterns.softdelete.parents import restore_parents
from django_schemapatterns.softdelete.permissions import permissions
from django_schemapatterns.softdelete.querysets import (
    AllObjectsManager,
    DeletedObjectsManager,
    SoftDeleteManager,
    SoftDeleteQuerySet,
    hard_deletes,
)
from django_schemapatterns.softdelete.relations import BATCH, MARK
from django_schemapatterns.softdelete.validation import places_of_deleted
from django_schemapatterns.softdelete.views import views

if TYPE_CHECKING:
    from django_schemapatterns.softdelete.batches import Counts, Marked


class SoftDeleteModel(models.Model):
    """
    An abstract model whose rows disappear when they are deleted, and can be brought back as they were.

        class Product(SoftDeleteModel):
            class SoftDelete:
                on_delete = "forbid"  # what a raw DELETE does: soft (the default), forbid or allow

    Foreign keys with on_delete=CASCADE take their rows along when these are soft-deleted too. A field named
    `deleted_by` or `deletion_reason` is filled in from the context.
    """

    deleted_at = MarkField(_("deleted at"))
    deletion_id = BatchField(_("deletion"))

    objects = SoftDeleteManager()
    all_objects = AllObjectsManager()
    deleted_objects = DeletedObjectsManager()

    class Meta:
        abstract = True

    @property
    def is_deleted(self) -> bool:
        return self.deleted_at is not None

    def delete(self, using: str | None = None, keep_parents: bool = False) -> Counts:  # noqa: FBT001, FBT002
        """Soft-delete the row and what depends on it; returns Django's (number, {label: number})."""
        rows = self._row(using, deleted=False)
        marked = rows._delete(origin=self)
        self._take_marks(marked, rows.db)
        return marked.counts

    delete.alters_data = True  # type: ignore[attr-defined]

    def restore(self, using: str | None = None, *, with_parents: bool = False) -> Counts:
        """
        Restore the row and exactly what was deleted along with it.

        with_parents: restore the deleted rows that it depends on, too, instead of raising ParentDeleted.
        Raises NotDeleted, RestoreConflict or ParentDeleted, with nothing changed.
        """
        rows = self._row(using, deleted=True)
        with transaction.atomic(using=rows.db) if with_parents else nullcontext():
            parents: Counts = restore_parents(self, rows.db) if with_parents else (0, {})
            marked = rows._restore(origin=self)
        self._take_marks(marked, rows.db)
        counts = added(parents, marked.counts)
        if not counts[0]:
            raise NotDeleted(f"{self._meta.object_name} {self.pk} is not deleted.")
        return counts

    restore.alters_data = True  # type: ignore[attr-defined]

    def hard_delete(self, using: str | None = None) -> Counts:
        """Delete the row for good, with Django's own cascades and signals."""
        alias = self._saved_in(using)
        with friendly(alias), hard_deletes(alias):
            return super().delete(using=alias)

    hard_delete.alters_data = True  # type: ignore[attr-defined]

    def deletion_preview(self, using: str | None = None) -> dict[str, int]:
        """
        Return how many rows of which model a delete would take along, by trying it and taking it back.

        Raises what delete() would raise; sends no signals.
        """
        return self._row(using, deleted=False)._preview()[1]

    async def adelete(self, using: str | None = None, keep_parents: bool = False) -> Counts:  # noqa: FBT001, FBT002
        return await sync_to_async(self.delete)(using, keep_parents)

    async def arestore(self, using: str | None = None, *, with_parents: bool = False) -> Counts:
        return await sync_to_async(self.restore)(using, with_parents=with_parents)

    async def ahard_delete(self, using: str | None = None) -> Counts:
        return await sync_to_async(self.hard_delete)(using)

    async def adeletion_preview(self, using: str | None = None) -> dict[str, int]:
        return await sync_to_async(self.deletion_preview)(using)

    adelete.alters_data = arestore.alters_data = ahard_delete.alters_data = True  # type: ignore[attr-defined]

    def validate_unique(self, exclude: Any = None) -> None:
        """Also look at deleted rows, where a value has to be unique among all."""
        errors: dict[str, Any] = places_of_deleted(self, exclude)
        try:
            super().validate_unique(exclude=exclude)
        except ValidationError as error:
            errors = error.update_error_dict(errors)
        if errors:
            raise ValidationError(errors)

    def _do_update(self, base_qs: Any, using: str, pk_val: Any, values: Any, *args: Any) -> Any:  # type: ignore[override]
        # A column that is set to itself would wake up the triggers of the marks at every save().
        changed = [value for value in values if not keeps_itself(value[0], value[2])]
        return super()._do_update(base_qs, using, pk_val, changed or values, *args)

    def _row(self, using: str | None, *, deleted: bool) -> SoftDeleteQuerySet[Any]:
        """Return the row, if that is its state."""
        rows: SoftDeleteQuerySet[Any] = SoftDeleteQuerySet(type(self), using=self._saved_in(using))
        return rows.filter(pk=self.pk, **{f"{MARK}__isnull": not deleted})

    def _saved_in(self, using: str | None) -> str:
        if not self._is_pk_set():  # type: ignore[attr-defined]
            raise ValueError(f"{self._meta.object_name} is not saved: it has no primary key.")
        return using or router.db_for_write(type(self), instance=self)

    def _take_marks(self, marked: Marked, using: str) -> None:
        marks = marked.marks
        if marks is None:  # nothing was done: perhaps somebody else has done it
            marks = type(self)._base_manager.using(using).filter(pk=self.pk).values_list(MARK, BATCH).first()
        if marks is not None:
            self.deleted_at, self.deletion_id = marks


attach_triggers(SoftDeleteModel, mark_triggers)
attach_constraints(SoftDeleteModel, views)
attach_permissions(SoftDeleteModel, permissions)
