"""The documentation as a model."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from django_schemapatterns.schema.read_only import ReadOnlyModel


class SchemaDocumentation(ReadOnlyModel):
    """
    A column of a table or view, with what its database says of both.

        SchemaDocumentation.objects.filter(table_name="shop_product")
    """

    instead = "Write comments by db_comment, and drop columns by a migration."

    id = models.TextField(primary_key=True)
    table_schema = models.TextField(_("schema"))
    table_name = models.TextField(_("table"))
    table_type = models.TextField(_("kind"))
    table_comment = models.TextField(_("comment on the table"), null=True)
    column_position = models.IntegerField(_("position"))
    column_name = models.TextField(_("column"))
    data_type = models.TextField(_("type"))
    is_nullable = models.BooleanField(_("may be NULL"))
    column_default = models.TextField(_("default"), null=True)
    column_comment = models.TextField(_("comment on the column"), null=True)

    class Meta:
        app_label = "schemapatterns"
        db_table = '"schemapatterns"."schema_documentation"'
        managed = False
        default_permissions = ("view",)
        ordering = ["table_schema", "table_name", "column_position"]
        verbose_name = _("documented column")
        verbose_name_plural = _("schema documentation")

    def __str__(self) -> str:
        return self.id
