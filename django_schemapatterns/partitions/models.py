"""The base of models whose table is partitioned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

from django.db import models, router, transaction
from django.db.models.deletion import Collector
from django.db.models.signals import class_prepared, post_delete, pre_delete

from django_schemapatterns.partitions.fields import NAME, PartitionBy
from django_schemapatterns.partitions.keys import moved_parts, remember, remembered
from django_schemapatterns.partitions.missing import explained
from django_schemapatterns.partitions.options import partition_options, raw_options
from django_schemapatterns.partitions.querysets import PartitionedManager
from django_schemapatterns.schema.attach import owns_table

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from django.db.models import Model, QuerySet


class PartitionedModel(models.Model):
    """
    An abstract model whose table is partitioned by PostgreSQL.

        class Order(PartitionedModel):
            created_at = models.DateTimeField(default=timezone.now)

            class Partition:
                by, every, ahead, keep = "created_at", "month", 3, "24 months"

    A row that is saved, deleted or read again is looked for in its own partition.
    """

    objects = PartitionedManager()

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, *args: Any, **kwargs: Any) -> Self:
        instance = super().from_db(*args, **kwargs)
        remember(instance)
        return instance

    def delete(self, using: str | None = None, keep_parents: bool = False) -> tuple[int, dict[str, int]]:  # noqa: FBT001, FBT002
        """Delete the row and what depends on it; returns Django's (number, {label: number})."""
        theirs = super().delete
        is_own = getattr(theirs, "__func__", None) is not models.Model.delete
        if is_own or not remembered(self) or self._meta.is_composite_pk:
            return theirs(using=using, keep_parents=keep_parents)
        using = using or router.db_for_write(type(self), instance=self)
        collector = Collector(using=using, origin=self)
        collector.collect([self], keep_parents=keep_parents)
        return _delete_in_partition(self, collector)

    delete.alters_data = True  # type: ignore[attr-defined]

    def refresh_from_db(
        self,
        using: str | None = None,
        fields: Iterable[str] | None = None,
        from_queryset: QuerySet[Self] | None = None,
    ) -> None:
        """Read the row again, in its partition, or wherever it has moved to."""
        known = remembered(self)
        if known and not self._meta.is_composite_pk:
            everywhere = from_queryset
            if everywhere is None:
                everywhere = type(self)._base_manager.db_manager(using, hints={"instance": self}).all()
            try:
                super().refresh_from_db(using, fields, everywhere.filter(**known))
            except type(self).DoesNotExist:
                super().refresh_from_db(using, fields, from_queryset)
        else:
            super().refresh_from_db(using, fields, from_queryset)
        remember(self)

    def _save_table(self, *args: Any, **kwargs: Any) -> Any:
        with explained(type(self)):
            saved = super()._save_table(*args, **kwargs)  # type: ignore[misc]
        remember(self)
        return saved

    def _do_update(  # type: ignore[override]
        self,
        base_qs: Any,
        using: str,
        pk_val: Any,
        values: Any,
        update_fields: Any,
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        known = remembered(self)
        update: Any = super()._do_update
        if self._meta.is_composite_pk:
            if moved := moved_parts(self, values):
                pk_val = tuple(
                    known.get(each.attname, getattr(self, each.attname)) for each in self._meta.pk_fields
                )
                values = [*values, *moved]
        elif known:
            # Elsewhere only if somebody has moved the row; else an INSERT would follow, and make it twice.
            updated = update(base_qs.filter(**known), using, pk_val, values, update_fields, *args, **kwargs)
            if updated:
                return updated
        return update(base_qs, using, pk_val, values, update_fields, *args, **kwargs)


def _delete_in_partition(instance: Model, collector: Collector) -> tuple[int, dict[str, int]]:
    """Delete what a collector has found, the row itself by its partition."""
    model: Any = type(instance)
    using = collector.using
    rows: Collection[Any] = collector.data.get(model, ())
    if instance not in rows or collector.dependencies.get(model):
        return collector.delete()
    row = model._base_manager.using(using).filter(pk=instance.pk)
    with transaction.atomic(using=using, savepoint=False):
        if not model._meta.auto_created:
            pre_delete.send(sender=model, instance=instance, using=using, origin=instance)
        _without(collector, instance)
        total, counts = collector.delete()
        mine = row.filter(**remembered(instance))._raw_delete(using) or row._raw_delete(using)
        if not model._meta.auto_created:
            post_delete.send(sender=model, instance=instance, using=using, origin=instance)
    setattr(instance, model._meta.pk.attname, None)
    counts = {**counts, model._meta.label: counts.get(model._meta.label, 0) + mine}
    return total + mine, counts


def _without(collector: Collector, instance: Model) -> None:
    rows = collector.data[type(instance)]
    rows.remove(instance)
    if not rows:
        del collector.data[type(instance)]


def attach(sender: type[Model], **kwargs: Any) -> None:
    """Give a partitioned model the field that migrations carry; a child with a table of its own has none."""
    if not (issubclass(sender, PartitionedModel) and owns_table(sender)):
        return
    is_child = any(not parent._meta.abstract for parent in sender._meta.parents)
    if is_child or partition_field(sender) is not None:
        return
    sender.add_to_class(NAME, PartitionBy(**raw_options(sender)))


def partition_field(model: type[Model]) -> PartitionBy | None:
    return next((each for each in model._meta.local_fields if isinstance(each, PartitionBy)), None)


def is_partitioned(model: type[Model]) -> bool:
    """Return whether a model of today has a partitioned table."""
    return partition_options(model) is not None


class_prepared.connect(attach, dispatch_uid="schemapatterns.partitions")
