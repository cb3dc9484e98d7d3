"""The partitions of the database as a model."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.schema.read_only import ReadOnlyModel


class TablePartition(ReadOnlyModel):
    """
    A partition of any table, with its bounds and its size.

        TablePartition.objects.filter(table_name="shop_order").aggregate(Sum("bytes"))

    estimated_rows: what the last ANALYZE found, None before the first.  is_maintained: it bears our mark.
    is_detach_pending: a DETACH CONCURRENTLY was interrupted; `manage.py partitions expire` finishes it.
    """

    instead = "`manage.py partitions` makes and retires partitions."

    id = models.TextField(primary_key=True)
    table_schema = models.TextField(_("schema"))
    table_name = models.TextField(_("table"))
    partition_name = models.TextField(_("partition"))
    bounds = models.TextField(_("bounds"))
    bytes = models.BigIntegerField(_("bytes"))
    estimated_rows = models.BigIntegerField(_("rows, estimated"), null=True)
    is_default = models.BooleanField(_("default"))
    is_maintained = models.BooleanField(_("maintained"))
    is_detach_pending = models.BooleanField(_("detach pending"))

    class Meta:
        app_label = "schemapatterns"
        db_table = '"schemapatterns"."partitions"'
        managed = False
        default_permissions = ("view",)
        ordering = ["table_schema", "table_name", "partition_name"]
        verbose_name = _("partition")
        verbose_name_plural = _("partitions")

    def __str__(self) -> str:
        return self.id
