"""How the audit log is made ahead and retired, told to whatever maintains partitioned tables."""

from __future__ import annotations

from django_schemapatterns import conf
from django_schemapatterns.schema.maintained import MaintainedTable, register


def audit_log() -> list[MaintainedTable]:
    """Return the log's table, as the settings say that it is kept."""
    settings = conf.get()
    return [
        MaintainedTable(
            table='"schemapatterns"."audit_log"',
            label="schemapatterns.AuditLog",
            every="month",
            ahead=settings.audit_partitions_ahead,
            keep=settings.audit_keep,
            create="schemapatterns.create_audit_partition",
            detached="schemapatterns.guard_audit_partition",
            note="SELECT schemapatterns.audit_note('M', %s)",
        )
    ]


register(audit_log)
