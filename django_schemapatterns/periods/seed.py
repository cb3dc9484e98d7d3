"""The versions of rows that were there before their history was kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import router
from django.db.migrations.operations.base import OperationCategory

from django_schemapatterns.schema.triggers import FollowingOperation

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.migrations.state import ProjectState

BATCH = 10_000


class SeedPeriods(FollowingOperation):
    """
    Let a version start for every row of the owner whose version in force is missing, or says something else.

    Written by `makemigrations` behind the triggers that keep versions from then on. It goes in batches; in a
    migration with `atomic = False` each of them is a transaction, and nobody waits for long.

    model_name: the model of versions.
    """

    category = OperationCategory.SQL
    reversible = True

    def __init__(self, model_name: str) -> None:
        self.model_name = model_name

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Nothing about the models changes."""

    def database_forwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        connection = schema_editor.connection
        model = to_state.apps.get_model(app_label, self.model_name)
        if connection.vendor != "postgresql" or not router.allow_migrate_model(connection.alias, model):
            return
        trigger = self._trigger(to_state, app_label)
        if schema_editor.collect_sql:
            schema_editor.execute(trigger.seed_sql(), params=None)
            return
        with connection.cursor() as cursor:
            cursor.execute(trigger.seed_sql(batch=BATCH))
            while last := cursor.fetchone():
                cursor.execute(trigger.seed_sql(batch=BATCH, after=True), last)

    def database_backwards(
        self, app_label: str, schema_editor: SchemaEditor, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        """What was seeded goes with the table, or stays a version like any other."""

    def describe(self) -> str:
        return f"Start the versions of {self.model_name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"seed_{self.model_name.lower()}"

    def _trigger(self, state: ProjectState, app_label: str) -> Any:
        triggers: list[Any] = state.models[app_label, self.model_name.lower()].options["triggers"]
        return next(trigger for trigger in triggers if getattr(trigger, "action", "") == "insert")


SeedPeriods.__module__ = "django_schemapatterns.operations"
