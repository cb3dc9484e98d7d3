"""What of this library a table has: recognised by its columns and by its triggers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from django_schemapatterns.management.inspection.columns import Code

if TYPE_CHECKING:
    from django_schemapatterns.management.inspection.reading import Table

SOFT_DELETE = {"deleted_at", "deletion_id"}
TIMESTAMPS = {"created_at", "updated_at"}
PERIOD = {"effective_from", "recorded_at", "pending", "ended", "reason"}
CREATED_BY = ("created_by", "character varying(200)")
_RANGE = re.compile(r"RANGE \((\w+)\)")


@dataclass
class Patterns:
    """
    bases: as code.  columns: those that the bases bring along.  fields: those that are ours, by column.
    inner: the classes inside the model, by name, with their lines.
    """

    bases: list[str] = field(default_factory=list)
    columns: set[str] = field(default_factory=set)
    fields: dict[str, Code] = field(default_factory=dict)
    inner: dict[str, list[str]] = field(default_factory=dict)


def patterns_of(table: Table) -> Patterns:
    """Return what is ours of a table."""
    found, columns = Patterns(), {column.name for column in table.columns}
    functions = {trigger.function.removeprefix("schemapatterns.") for trigger in table.triggers}
    if any(name.startswith(("audit_insert", "audit_update", "audit_delete")) for name in functions):
        found.bases.append("patterns.AuditedModel")
    if columns >= SOFT_DELETE and any("soft_delete" in name for name in functions):
        found.bases.append("patterns.SoftDeleteModel")
        found.columns |= SOFT_DELETE
    if columns >= PERIOD and any(name.startswith("period_") for name in functions):
        remembers = "superseded_at" in columns
        found.bases.append("patterns.BitemporalModel" if remembers else "patterns.PeriodModel")
        found.columns |= PERIOD | {"superseded_at"}
        # Who made a version may be a foreign key of the table's own.
        found.columns |= {each.name for each in table.columns if (each.name, each.type) == CREATED_BY}
    _add_timestamps(found, table)
    _add_partitions(found, table)
    return found


def _add_timestamps(found: Patterns, table: Table) -> None:
    kept = {
        column.name
        for column in table.columns
        for trigger in table.triggers
        if trigger.function == "schemapatterns.touch" and f"touch_{column.name}_" in f"{trigger.name}_"
    }
    defaults = {column.name: column.default for column in table.columns}
    if "updated_at" in kept and defaults.get("created_at") == "statement_timestamp()":
        found.bases.append("patterns.TimestampedModel")
        found.columns |= TIMESTAMPS
    found.fields |= {name: Code("fields.UpdatedAtField") for name in kept - found.columns}


def _add_partitions(found: Patterns, table: Table) -> None:
    if table.partition_key is None:
        return
    match = _RANGE.fullmatch(table.partition_key)
    key = match[1] if match else table.partition_key
    found.bases.append("patterns.PartitionedModel")
    found.inner["Partition"] = [f"by = {key!r}", "# every, ahead and keep: see the bounds of the partitions."]
