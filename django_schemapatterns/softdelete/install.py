"""The functions of soft deletes in the database."""

from __future__ import annotations

from django_schemapatterns.schema.functions import declare

declare(
    "softdelete",
    [
        "soft_delete_begin.v1",
        "soft_delete_end.v1",
        "soft_delete_mark.v1",
        "soft_delete_guard.v1",
        "soft_delete_guard_child.v1",
        "soft_delete_count.v1",
        "soft_delete_outcome.v1",
        "refuse_reference.v1",
        "row_condition.v1",
        "soft_delete_check.v1",
        "soft_delete_rows.v1",
        "soft_delete.v1",
        "restore_deleted.v1",
        "hard_delete_rows.v1",
        "hard_delete_where.v1",
        "hard_delete.v1",
        "purge_deleted.v1",
        "deletion_preview.v1",
    ],
)
