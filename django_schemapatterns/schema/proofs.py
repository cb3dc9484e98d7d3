"""
Rules for tables that have rows: they hold for every write at once, and a later migration proves the old rows.

Both in one transaction would keep everybody out of the table until the last row is read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import IntegrityError, transaction
from django.db.migrations import AddConstraint, Migration

from django_schemapatterns.exceptions import RuleBroken

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.operations.base import Operation
    from django.db.migrations.state import ProjectState

_CONDITION = (
    "SELECT pg_get_expr(conbin, conrelid) FROM pg_constraint WHERE conrelid = %s::regclass AND conname = %s"
)


class ProveConstraint(ValidateConstraint):
    """
    Read the rows of a table that were there before a rule was.

        ProveConstraint("product", "shop_product_attributes_color")

    Nobody waits for it. Raises RuleBroken when there are rows that break the rule, and says how many.
    """

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model: Any = from_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        allowed = self.allow_migrate_model(connection.alias, model)
        if connection.vendor != "postgresql" or not allowed:
            return
        try:
            with transaction.atomic(using=connection.alias):
                super().database_forwards(app_label, schema_editor, from_state, to_state)
        except IntegrityError as error:
            raise self._explained(schema_editor, model) from error

    def describe(self) -> str:
        return f"Prove constraint {self.name} on model {self.model_name}"

    def _explained(self, schema_editor: SchemaEditor, model: Any) -> RuleBroken:
        table = schema_editor.quote_name(model._meta.db_table)
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_CONDITION, [table, self.name])
            broken = f"FROM {table} WHERE NOT ({cursor.fetchone()[0]})"
            cursor.execute(f"SELECT count(*) {broken}".replace("%", "%%"), [])
            rows = cursor.fetchone()[0]
        return RuleBroken(
            f"{rows} rows of {model._meta.label} break the rule {self.name}, which whatever is written keeps "
            f"already. Correct them, and run migrate again. To see them: SELECT * {broken}"
        )


ProveConstraint.__module__ = "django_schemapatterns.operations"


def prove_later(
    operations: list[Operation], created: set[tuple[str, str]], app_label: str
) -> list[Operation]:
    """Add what asks for it without proof where the model was there before, and the proof after everything."""
    found: list[Any] = []
    proofs: list[Any] = []
    for operation in operations:
        if not _is_proven_later(operation, created, app_label):
            found.append(operation)
            continue
        added: Any = operation
        found.append(AddConstraintNotValid(added.model_name, added.constraint))
        proofs.append(ProveConstraint(added.model_name, added.constraint.name))
        found[-1]._auto_deps = proofs[-1]._auto_deps = added._auto_deps
    return [*found, *proofs]


def split_proofs(app_label: str, migrations: list[Migration]) -> list[Migration]:
    """Give proofs a migration of their own, after those of what they prove."""
    proofs = [
        each for migration in migrations for each in migration.operations if isinstance(each, ProveConstraint)
    ]
    if not proofs:
        return migrations
    last = Migration(f"auto_{len(migrations) + 1}", app_label)
    for migration in migrations:
        _set_operations(migration, [each for each in migration.operations if each not in proofs])
    _set_operations(last, proofs)
    return [*migrations, last]


def _is_proven_later(operation: Any, created: set[tuple[str, str]], app_label: str) -> bool:
    asked = isinstance(operation, AddConstraint) and getattr(operation.constraint, "proven_later", False)
    return asked and (app_label, operation.model_name_lower) not in created


def _set_operations(migration: Any, operations: list[Any]) -> None:
    migration.operations = operations
