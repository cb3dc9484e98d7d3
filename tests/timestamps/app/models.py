"""Rows that tell when they were made and changed."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

from django.db import models
from django.db.models.functions import Upper

from django_schemapatterns import fields, models as patterns


class Page(patterns.TimestampedModel, patterns.AuditedModel):
    title = models.CharField(max_length=50, default="page")
    data = models.JSONField(default=dict)


class PageProxy(Page):
    class Meta:
        proxy = True


class Chapter(Page):
    """A row in two tables; the parent's has the times."""

    number = models.IntegerField(default=1)


class Shout(models.Model):
    """Times beside generated columns, under names of their own."""

    number = models.IntegerField(default=1)
    title = models.CharField(max_length=50, default="shout")
    loud: models.GeneratedField = models.GeneratedField(
        expression=Upper("title"), output_field=models.CharField(max_length=50), db_persist=True
    )
    next: models.GeneratedField = models.GeneratedField(
        expression=models.F("number") + 1,
        output_field=models.IntegerField(),
        db_persist=True,
        db_column="it's next",
    )
    born = fields.CreatedAtField()
    changed = fields.UpdatedAtField(db_column="Zuletzt geändert")
