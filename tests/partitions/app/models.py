"""Tables that are partitioned in every way, and rows that point at them."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

from django.db import models
from django.utils import timezone

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.constraints import UniqueAcrossPartitions
from django_schemapatterns.partitions.querysets import PartitionedQuerySet
from django_schemapatterns.softdelete.querysets import SoftDeleteManager, SoftDeleteQuerySet


class Visit(patterns.AuditedModel, patterns.PartitionedModel):
    """The key is beside the primary key, which it completes in the database."""

    at = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=50, default="visit")
    code = models.CharField(max_length=50, null=True)

    class Partition:
        by, every, ahead, keep = "at", "month", 2, "24 months"

    class Meta:
        indexes = [models.Index(fields=["name"], name="parttests_visit_name")]
        constraints = [
            models.UniqueConstraint(fields=["name", "at"], name="parttests_visit_once"),
            UniqueAcrossPartitions(fields=["code"]),
        ]


class Stop(patterns.AuditedModel):
    """A row with a foreign key of the database to a table whose primary key has got a second part."""

    visit = models.ForeignKey(Visit, models.CASCADE, db_constraint=False, related_name="stops")
    visit_at = fields.PartitionKeyField("visit", on_delete="CASCADE")
    name = models.CharField(max_length=50, default="stop")

    class Audit:
        exclude = ["visit_at"]


class Ticket(patterns.AuditedModel, patterns.PartitionedModel):
    """The primary key is the key."""

    id = fields.UUID7Field(primary_key=True)
    name = models.CharField(max_length=50, default="ticket")

    class Partition:
        by, every, default = "id", "month", True


class Remark(models.Model):
    """A row with a foreign key of the database to a partitioned table."""

    ticket = models.ForeignKey(Ticket, models.CASCADE, related_name="remarks")
    tickets = models.ManyToManyField(Ticket, related_name="+")


class Reading(patterns.PartitionedModel):
    """The primary key is what Django calls composite."""

    pk = models.CompositePrimaryKey("sensor", "day")
    sensor = models.IntegerField()
    day = models.DateField()
    value = models.IntegerField(default=0)

    class Partition:
        by, every, default = "day", "year", True


class Region(patterns.PartitionedModel):
    """By a list, and by a hash below."""

    country = models.CharField(max_length=2)
    name = models.CharField(max_length=50)

    class Partition:
        by, values, default = "country", {"south": ["IT", "ES"], "north": ["SE"]}, True

        class Sub:
            by, modulus = "id", 2


class NoteQuerySet(PartitionedQuerySet["Note"], SoftDeleteQuerySet["Note"]):  # type: ignore[override]
    """Notes by their period, alive and deleted."""


class Note(
    patterns.AuditedModel, patterns.SoftDeleteModel, patterns.TimestampedModel, patterns.PartitionedModel
):
    """Many patterns on one table."""

    text = models.CharField(max_length=50, default="")

    objects = SoftDeleteManager.from_queryset(NoteQuerySet)()  # type: ignore[misc,assignment]

    class Partition:
        by, every, default = "created_at", "month", True
