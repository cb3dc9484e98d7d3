"""What the command does, as operations of migrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.partitions.ensure import drain, ensure
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.sources import maintained

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState

    from django_schemapatterns.partitions.plan import Outcome


class MaintainPartitions(Operation):
    """Does with one table what `manage.py partitions` does; reversed, it does nothing."""

    category = OperationCategory.SQL
    reversible = True
    elidable = True
    verb: ClassVar[str]

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.model_name], {}

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Models do not change."""

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model: Any = to_state.apps.get_model(app_label, self.model_name)
        connection = schema_editor.connection
        if connection.vendor != "postgresql" or not router.allow_migrate_model(connection.alias, model):
            return
        if schema_editor.collect_sql:
            note = f"-- manage.py partitions {self.verb.lower()} {model._meta.label}"
            schema_editor.collected_sql.append(note)
            return
        self._run(model, connection.alias)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """Leave the rows where they are."""

    def describe(self) -> str:
        return f"{self.verb} the partitions of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"{self.verb.lower()}_{self.model_name.lower()}"

    def references_model(self, name: str, app_label: str) -> bool:
        return name.lower() == self.model_name.lower()

    def action(self) -> Callable[..., Outcome]:
        raise NotImplementedError

    def _run(self, model: Any, using: str) -> None:
        table = maintained(model)
        if table is None:
            raise ConfigurationError(f"{model._meta.label} is not partitioned by time.")
        outcome = self.action()(table, using=using)
        if not outcome.complete:
            raise ConfigurationError("\n".join(f"{each.text} {each.hint}" for each in outcome.problems))


class EnsurePartitions(MaintainPartitions):
    """
    Make the partitions that a table needs now and next.

        EnsurePartitions("order")
    """

    verb = "Ensure"

    def action(self) -> Callable[..., Outcome]:
        return ensure


class DrainPartitions(MaintainPartitions):
    """
    Bring the rows of the default partition into partitions of their own.

        DrainPartitions("order")
    """

    verb = "Drain"

    def action(self) -> Callable[..., Outcome]:
        return drain


class ExpirePartitions(MaintainPartitions):
    """
    Retire the partitions that are older than their table keeps them.

        ExpirePartitions("order")

    What is dropped does not come back when the migration is reversed.
    """

    verb = "Expire"

    def action(self) -> Callable[..., Outcome]:
        return expire


for _operation in (EnsurePartitions, DrainPartitions, ExpirePartitions):
    _operation.__module__ = "django_schemapatterns.operations"
