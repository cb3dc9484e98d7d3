"""Tables in parts: declared on the model, made ahead, retired in time."""

from __future__ import annotations

from django_schemapatterns.partitions.archive import Archive, Manifest
from django_schemapatterns.partitions.bounds import Duration
from django_schemapatterns.partitions.convert import convert_model
from django_schemapatterns.partitions.ensure import drain, ensure
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.plan import Outcome, Problem, Step
from django_schemapatterns.partitions.restore import restore
from django_schemapatterns.partitions.retention import Retention
from django_schemapatterns.partitions.running import Patience
from django_schemapatterns.partitions.signals import partition_archived, partition_retired
from django_schemapatterns.partitions.status import Status, status

__all__ = [
    "Archive",
    "Duration",
    "Manifest",
    "Outcome",
    "Patience",
    "Problem",
    "Retention",
    "Status",
    "Step",
    "convert_model",
    "drain",
    "ensure",
    "expire",
    "partition_archived",
    "partition_retired",
    "restore",
    "status",
]
