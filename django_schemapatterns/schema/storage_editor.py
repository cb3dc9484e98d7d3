"""What the schema editor does for tables whose model has a storage field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import CompositePrimaryKey

from django_schemapatterns.schema.storage import StorageField, storage_of

if TYPE_CHECKING:
    from django.db.models import Model


class StorageEditorMixin(BaseDatabaseSchemaEditor):
    def table_sql(self, model: type[Model]) -> Any:
        storage = storage_of(model)
        if storage is None:
            return super().table_sql(model)
        template = self.sql_create_table
        key = "" if isinstance(model._meta.pk, CompositePrimaryKey) else self._key_sql(model, storage)
        self.sql_create_table = template.replace(
            "(%(definition)s)", f"(%(definition)s{key}) {storage.clause(model).replace('%', '%%')}"
        )
        try:
            return super().table_sql(model)
        finally:
            self.sql_create_table = template

    def column_sql(self, model: type[Model], field: Any, include_default: bool = False) -> Any:  # noqa: FBT001, FBT002
        definition, params = super().column_sql(model, field, include_default)
        if definition and field.primary_key and storage_of(model):
            # Not a property of one column here, hence a clause of its own.
            definition = definition.replace(" PRIMARY KEY", "", 1)
        return definition, params

    def create_model(self, model: type[Model]) -> None:
        super().create_model(model)
        if storage := storage_of(model):
            storage.created(self, model)

    def alter_db_table(self, model: type[Model], old_db_table: str, new_db_table: str) -> None:
        super().alter_db_table(model, old_db_table, new_db_table)
        if old_db_table != new_db_table and (storage := storage_of(model)):
            storage.renamed(self, model, old_db_table, new_db_table)

    def add_field(self, model: type[Model], field: Any) -> None:
        if isinstance(field, StorageField):
            field.added(self, field.model)
            return
        super().add_field(model, field)

    def remove_field(self, model: type[Model], field: Any) -> None:
        if isinstance(field, StorageField):
            field.removed(self, model)
            return
        if storage := storage_of(model):
            storage.refuse_removal(model, field)
        super().remove_field(model, field)

    def alter_field(self, model: type[Model], old_field: Any, new_field: Any, strict: bool = False) -> None:  # noqa: FBT001, FBT002
        if isinstance(old_field, StorageField) and isinstance(new_field, StorageField):
            new_field.altered(self, new_field.model, old_field)
            return
        if storage := storage_of(model):
            storage.refuse_change(model, old_field, new_field)
        super().alter_field(model, old_field, new_field, strict)

    def _key_sql(self, model: type[Model], storage: StorageField) -> str:
        columns = ", ".join(self.quote_name(column) for column in storage.key_columns(model))
        return f", PRIMARY KEY ({columns})".replace("%", "%%")
