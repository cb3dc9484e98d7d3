"""Operations of migrations on partitioned tables."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import Operation, OperationCategory

from django_schemapatterns.partitions.convert import convert, revert
from django_schemapatterns.partitions.fields import NAME, PartitionBy
from django_schemapatterns.partitions.options import partition_options
from django_schemapatterns.partitions.references import fill_sql

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState

    from django_schemapatterns.partitions.convert import Strategy


class ConvertToPartitioned(Operation):
    """
    Turn a table that is there already, with its rows, into a partitioned one.

        ConvertToPartitioned("order", PartitionBy(by="created_at", every="month"))

    strategy: "attach" makes the table the partition of the past, without a copy; "copy" copies the rows into
    partitions of their own.  In a migration with `atomic = False` the table stays in use but for a moment.
    Raises ConfigurationError, with a list, when something that hangs on the table can not come along.
    """

    category = OperationCategory.ALTERATION
    reversible = True

    def __init__(self, model_name: str, partitioned_by: PartitionBy, strategy: Strategy = "attach") -> None:
        self.model_name = model_name
        self.partitioned_by = partitioned_by
        self.strategy = strategy

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        kwargs: dict[str, Any] = {"model_name": self.model_name, "partitioned_by": self.partitioned_by}
        if self.strategy != "attach":
            kwargs["strategy"] = self.strategy
        return type(self).__name__, [], kwargs

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        state.add_field(app_label, self.model_name.lower(), NAME, self.partitioned_by, preserve_default=True)

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model: Any = to_state.apps.get_model(app_label, self.model_name)
        if not self._is_for(schema_editor, model):
            return
        if schema_editor.collect_sql:
            self._note(schema_editor, f"{model._meta.db_table} is converted to a partitioned table")
            return
        options = partition_options(model)
        assert options is not None
        convert(schema_editor, model, options, strategy=self.strategy)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model: Any = to_state.apps.get_model(app_label, self.model_name)
        if not self._is_for(schema_editor, model):
            return
        if schema_editor.collect_sql:
            self._note(schema_editor, f"{model._meta.db_table} is made an ordinary table by a copy")
            return
        revert(schema_editor, model)

    def describe(self) -> str:
        return f"Convert the table of {self.model_name} to a partitioned one"

    @property
    def migration_name_fragment(self) -> str:
        return f"partition_{self.model_name.lower()}"

    def _is_for(self, editor: SchemaEditor, model: Any) -> bool:
        return editor.connection.vendor == "postgresql" and self.allow_migrate_model(
            editor.connection.alias, model
        )

    def _note(self, editor: SchemaEditor, what: str) -> None:
        # Which statements that takes depends on what hangs on the table.
        editor.collected_sql.append(f"-- {what}, by statements that depend on the catalog.")


class FillPartitionKey(Operation):
    """
    Fill in a PartitionKeyField for the rows that were there before it.

        FillPartitionKey("orderitem", "order_created_at")

    It goes between AddField(…, null=True) and AlterField(…, null=False), as makemigrations writes it.
    """

    category = OperationCategory.SQL
    reversible = True

    def __init__(self, model_name: str, name: str) -> None:
        self.model_name = model_name
        self.name = name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {"model_name": self.model_name, "name": self.name}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        pass

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model: Any = to_state.apps.get_model(app_label, self.model_name)
        if schema_editor.connection.vendor == "postgresql" and self.allow_migrate_model(
            schema_editor.connection.alias, model
        ):
            schema_editor.execute(fill_sql(model, model._meta.get_field(self.name)), params=None)
            # A table can not be altered while checks of its rows are still to come.
            for when in ("IMMEDIATE", "DEFERRED"):
                schema_editor.execute(f"SET CONSTRAINTS ALL {when}", params=None)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Leave the values: the column is about to go."""

    def describe(self) -> str:
        return f"Fill in {self.name} of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"fill_{self.model_name.lower()}_{self.name}"


FillPartitionKey.__module__ = "django_schemapatterns.operations"
ConvertToPartitioned.__module__ = "django_schemapatterns.operations"
