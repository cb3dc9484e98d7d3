"""A constraint of a partitioned table, proven partition by partition while others write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.contrib.postgres.operations import ValidateConstraint

from django_schemapatterns.schema.concurrent_indexes import limited, require_no_transaction
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState

# From the leaves up: what is above them reads no row of a partition that is proven.
_UNPROVEN: Final = """
WITH RECURSIVE parts AS (
    SELECT oid FROM pg_constraint WHERE conrelid = to_regclass(%(table)s) AND conname = %(name)s
    UNION
    SELECT pg_constraint.oid FROM pg_constraint JOIN parts ON conparentid = parts.oid
)
SELECT conrelid::regclass::text, quote_ident(conname)
FROM pg_partition_tree(to_regclass(%(table)s)) JOIN pg_constraint ON conrelid = relid
WHERE NOT convalidated
  AND (oid IN (SELECT oid FROM parts) OR (contype = 'c' AND conname = %(name)s AND coninhcount > 0))
ORDER BY level DESC, 1
"""


class ValidateConstraintOnPartitions(ValidateConstraint):
    """
    Prove a constraint that was added by `AddConstraintNotValid`, each partition in a transaction of its own.

        class Migration(migrations.Migration):
            atomic = False
            operations = [ValidateConstraintOnPartitions("order", "order_total_is_positive")]

    Writers go on meanwhile. It can be run again: what is proven already is not read a second time.

    lock_timeout: seconds to wait for others; by default what the connection has.
    Raises ConfigurationError in a transaction, and IntegrityError, which names the partition, for wrong rows.
    """

    atomic = False

    def __init__(self, model_name: str, name: str, *, lock_timeout: float | None = None) -> None:
        super().__init__(model_name, name)
        self.lock_timeout = lock_timeout

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model: Any = from_state.apps.get_model(app_label, self.model_name)
        alias = schema_editor.connection.alias
        if schema_editor.connection.vendor != "postgresql" or not self.allow_migrate_model(alias, model):
            return
        if schema_editor.collect_sql:
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        require_no_transaction(self, app_label, schema_editor)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_UNPROVEN, {"table": quote(model._meta.db_table), "name": self.name})
            found = cursor.fetchall()
        for table, name in found:
            with limited(schema_editor, self.lock_timeout):
                schema_editor.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {name}", params=None)

    def deconstruct(self) -> Any:
        name, args, kwargs = super().deconstruct()
        limit = {} if self.lock_timeout is None else {"lock_timeout": self.lock_timeout}
        return name, args, {**kwargs, **limit}

    def describe(self) -> str:
        return f"{super().describe()}, partition by partition"


ValidateConstraintOnPartitions.__module__ = "django_schemapatterns.operations"
