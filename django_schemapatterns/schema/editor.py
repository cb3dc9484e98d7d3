"""The one composed schema editor."""

from __future__ import annotations

from copy import copy
from types import TracebackType
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.utils import load_backend

from django_schemapatterns.schema import dependents, generated
from django_schemapatterns.schema.deferred_editor import DeferredEditorMixin
from django_schemapatterns.schema.enums import Enum
from django_schemapatterns.schema.free import free_objects
from django_schemapatterns.schema.hidden_rows import HiddenRowsMixin
from django_schemapatterns.schema.policy_guards import PolicyGuardMixin
from django_schemapatterns.schema.storage_editor import StorageEditorMixin
from django_schemapatterns.schema.triggers import CompiledTrigger
from django_schemapatterns.schema.types import find_type

if TYPE_CHECKING:
    from django.db.models import Model


UNSAFE_NEW_VALUE = "55P04"
STILL_USED = "2BP01"
NOTES = {
    UNSAFE_NEW_VALUE: "A label that AddEnumValue adds can be used once its migration is committed. Move the "
    "operation that uses it into a migration of its own, after the one with AddEnumValue.",
    STILL_USED: "What is named there uses what is to go. Change or remove its declaration and run "
    "makemigrations again; what no app declares must be dropped by a migration of yours before.",
}


class SchemaEditorMixin(PolicyGuardMixin, HiddenRowsMixin, StorageEditorMixin, DeferredEditorMixin):
    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Say what to do where PostgreSQL refuses a migration, and does not tell the way out."""
        if exc_value and (note := NOTES.get(getattr(exc_value.__cause__, "sqlstate", ""))):
            exc_value.add_note(note)
        super().__exit__(exc_type, exc_value, traceback)

    def remove_field(self, model: type[Model], field: Any) -> None:
        """Drop the column, but not views along with it, as Django 5.2 would."""
        if field.column:
            dependents.refuse_losses(self, model, field.column)
        super().remove_field(model, field)

    def delete_model(self, model: type[Model]) -> None:
        """Drop the table and, which PostgreSQL leaves behind, the functions of its triggers."""
        dependents.refuse_losses(self, model)
        super().delete_model(model)
        for trigger in getattr(model._meta, "triggers", []):
            if isinstance(trigger, CompiledTrigger) and trigger.function_name:
                self.execute(trigger.uninstall_sql, params=None)

    def alter_field(self, model: type[Model], old_field: Any, new_field: Any, strict: bool = False) -> None:  # noqa: FBT001, FBT002
        """Change a field; Django refuses changes of generated columns, whose values can be computed."""
        for field in (old_field, new_field):
            if hasattr(field, "refuse_alteration"):
                field.refuse_alteration(old_field, new_field)
        if generated.is_remade(self.connection, old_field, new_field):
            old_field = generated.remake(self, model, old_field, new_field)
        super().alter_field(model, old_field, new_field, strict)

    def alter_db_table(self, model: type[Model], old_db_table: str, new_db_table: str) -> None:
        """Rename a table, unless it is the same in other quotes; a field may have something against it."""
        if self.quote_name(old_db_table) == self.quote_name(new_db_table):
            return
        for field in model._meta.local_concrete_fields:
            if hasattr(field, "refuse_new_table"):
                field.refuse_new_table(old_db_table, new_db_table)
        super().alter_db_table(model, old_db_table, new_db_table)

    def _alter_field(
        self,
        model: type[Model],
        old_field: Any,
        new_field: Any,
        old_type: str,
        new_type: str,
        *args: Any,
        **kwargs: Any,
    ) -> None:
        """Change a column; what would not let its type change is away meanwhile."""
        if old_type != new_type and self._is_renamed(old_field, new_field):
            old_type = new_type
        if self._has_renamed_default(new_field):
            new_field = _with_default_of(new_field, old_field)
        alter = super()._alter_field  # type: ignore[misc]
        same_type = old_type == new_type and _collation(args[0]) == _collation(args[1])
        if same_type and old_field.db_comment != new_field.db_comment:
            # Django would set the type anew, which views, triggers and policies do not let it do.
            self._alter_field(
                model, _with_comment_of(old_field, new_field), new_field, old_type, new_type, *args, **kwargs
            )
            comment, _ = self._alter_column_comment_sql(model, new_field, new_type, new_field.db_comment)  # type: ignore[attr-defined]
            self.execute(comment, params=None)
            return
        if same_type or old_field.column != new_field.column:
            alter(model, old_field, new_field, old_type, new_type, *args, **kwargs)
            return
        columns = [(self.quote_name(model._meta.db_table), old_field.column)]
        away = dependents.blocking(self.connection, columns)
        if free_objects(old_field) or free_objects(new_field):
            away += dependents.conditions(self.connection, columns)
        away = generated.with_columns_made_from(self.connection, columns, away, new_field.model)
        ours = self._made_by_django(new_field.model)
        dependents.take_away(self, away)
        alter(model, old_field, new_field, old_type, new_type, *args, **kwargs)
        dependents.bring_back(self, away, without=ours)
        for name in ours.keys() & {each.name for each in away}:
            # Django compares with values of the new type, so that queries find the index that they need.
            self.execute(ours[name].create_sql(new_field.model, self))

    def _is_renamed(self, old_field: Any, new_field: Any) -> bool:
        """Return whether the type is the same by another name, which it has got already or gets hereafter."""
        old, new = free_objects(old_field), free_objects(new_field)
        if not (old and new and old[0].renamed(new[0].name) == new[0]):
            return False
        return any(find_type(self.connection, self.quote_name(each.name)) is None for each in (*old, *new))

    def _has_renamed_default(self, field: Any) -> bool:
        """Return whether the default is a label that the enum in the database has by another name still."""
        needed = free_objects(field)
        if not (needed and isinstance(needed[0], Enum) and field.has_db_default()):
            return False
        found = find_type(self.connection, needed[0].quoted)
        default = getattr(field.db_default, "value", field.db_default)
        return found is not None and isinstance(default, str) and str(default) not in found.labels

    def _made_by_django(self, model: type[Model]) -> dict[str, Any]:
        options: Any = model._meta
        return {each.name: each for each in (*options.indexes, *options.constraints)}

    def _using_sql(self, new_field: Any, old_field: Any) -> str:
        by_cast = free_objects(old_field) != free_objects(new_field)
        return " USING %(column)s::%(type)s" if by_cast else super()._using_sql(new_field, old_field)  # type: ignore[misc]

    def _alter_column_type_sql(
        self, model: type[Model], old_field: Any, new_field: Any, *args: Any, **kwargs: Any
    ) -> Any:
        fragment, others = super()._alter_column_type_sql(model, old_field, new_field, *args, **kwargs)  # type: ignore[misc]
        if not (free_objects(old_field) or free_objects(new_field)):
            return fragment, others
        # A default is not converted along with the column.
        column, (sql, params) = self.quote_name(new_field.column), fragment
        sql = f"ALTER COLUMN {column} DROP DEFAULT, {sql}"
        if new_field.has_db_default():
            default, default_params = self.db_default_sql(new_field)
            sql, params = f"{sql}, ALTER COLUMN {column} SET DEFAULT {default}", [*params, *default_params]
        return (sql, params), others


def _collation(parameters: Any) -> str | None:
    return parameters.get("collation")  # type: ignore[no-any-return]


def _with_comment_of(field: Any, other: Any) -> Any:
    """Return the field with another's comment."""
    changed = copy(field)
    changed.db_comment = other.db_comment
    return changed


def _with_default_of(field: Any, other: Any) -> Any:
    """Return the field with another's default in the database."""
    changed = copy(field)
    changed.db_default = other.db_default
    changed.__dict__.pop("_db_default_expression", None)
    return changed


def compose() -> None:
    """Put our mixin on top of the schema editor of every PostgreSQL backend in use."""
    for config in settings.DATABASES.values():
        wrapper: Any = load_backend(config["ENGINE"]).DatabaseWrapper
        if wrapper.vendor != "postgresql" or issubclass(wrapper.SchemaEditorClass, SchemaEditorMixin):
            continue
        wrapper.SchemaEditorClass = type(
            "DatabaseSchemaEditor", (SchemaEditorMixin, wrapper.SchemaEditorClass), {}
        )
