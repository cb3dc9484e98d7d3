"""The operation that encrypts the values of a column that is there, or decrypts them, or changes how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.fields import AlterField

from django_schemapatterns.encryption.conversion import Conversion

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState


class EncryptColumn(AlterField):
    """
    Encrypt the values of a column, in batches: what makemigrations writes where AlterField would lose them.

        EncryptColumn("customer", "tax_number", EncryptedField(models.CharField(max_length=20), key="pii"))

    A new column is filled beside the old one and takes its place at the end. In a migration with
    `atomic = False` every batch is a transaction of its own, and the table is locked for the last one only;
    otherwise to the end of the migration. It may be stopped and run again.

    Goes backwards too, and from one key, binding or place to another.
    """

    reduces_to_sql = False

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        old = from_state.apps.get_model(app_label, self.model_name)
        new = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, new):
            Conversion(schema_editor, old, new, self.name).run()

    def reduce(self, operation: Any, app_label: str) -> Any:
        """Stay what it is, since it does more than change the state."""
        return False

    def describe(self) -> str:
        return f"Encrypt field {self.name} on {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"encrypt_{self.model_name_lower}_{self.name_lower}"


EncryptColumn.__module__ = "django_schemapatterns.operations"
