"""The triggers that make a model audited, and which models are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pgtrigger
from django.core.exceptions import EmptyResultSet, FieldError, FullResultSet, ImproperlyConfigured
from django.db.models.sql import Query

from django_schemapatterns.audit.capture import ACTIONS, CompiledAuditTrigger, named_columns
from django_schemapatterns.audit.columns import Kind, db_type, is_known, kind_of
from django_schemapatterns.audit.options import AuditOptions, is_derived, is_virtual, table_columns
from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.triggers import Trigger

if TYPE_CHECKING:
    from django.db.models import Field, Model, Q

# Every audited model that owns its table: what the admin, the queries and the checks go by.
_audited: dict[type[Model], AuditOptions] = {}


def audited_models() -> dict[type[Model], AuditOptions]:
    """Return the audited models and their options."""
    return dict(_audited)


def options_for(model: type[Model]) -> AuditOptions | None:
    """Return the audit options of a model, or of the one that a proxy stands for; None when not audited."""
    return _audited.get(model._meta.concrete_model or model)


def audit_triggers(model: type[Model], options: AuditOptions) -> list[AuditTrigger]:
    """Return the four triggers that audit a model, and note that it is audited."""
    options.validate(model)
    _audited[model._meta.concrete_model or model] = options
    return [AuditTrigger(action, options) for action in ACTIONS]


class AuditTrigger(Trigger):
    """The declaration of one of the triggers that audit a model; its columns are read when it is compiled."""

    when = pgtrigger.After
    level = pgtrigger.Statement

    def __init__(self, action: str, options: AuditOptions) -> None:
        self.action = action
        self.options = options
        operations = {
            "insert": pgtrigger.Insert,
            "update": pgtrigger.Update,
            "delete": pgtrigger.Delete,
            "truncate": pgtrigger.Truncate,
        }
        super().__init__(name=f"audit_{action}", operation=operations[action])

    def compile(self, model: Any) -> CompiledAuditTrigger:
        table, pgid = model._meta.db_table, self.get_pgid(model)
        assert self.name is not None
        if self.action == "truncate":
            return CompiledAuditTrigger(name=self.name, pgid=pgid, table=table, action=self.action)
        masked = self.options.masked(model)
        columns = table_columns(model)
        logged = {
            column: kind_of(field, masked=field.name in masked)
            for column, field in columns.items()
            if not self._hides(field)
        }
        kinds = {column: kind.value for column, kind in sorted(logged.items()) if kind is not Kind.NATIVE}
        condition = condition_sql(model, self.options.condition)
        return CompiledAuditTrigger(
            name=self.name,
            pgid=pgid,
            table=table,
            action=self.action,
            key=[field.column for field in model._meta.pk_fields],
            columns=list(logged),
            kinds=kinds,
            exclude=[column for column, field in columns.items() if self._hides(field)],
            label=[
                column
                for name in self.options.label
                for column, field in columns.items()
                if field.name == name
            ],
            condition=condition,
            types={
                column: db_type(columns[column])
                for column in named_columns(condition)
                if column in columns and is_known(columns[column])
            },
        )

    def _hides(self, field: Field[Any, Any]) -> bool:
        # A virtual column is not in the transition tables; it follows from columns that are.
        return is_virtual(field) or is_derived(field) or field.name in self.options.exclude


def condition_sql(model: type[Model], condition: Q | None) -> str:
    """Return the condition as SQL over the columns of the model's table."""
    if not condition:
        return ""
    connection = postgresql()
    query = Query(model, alias_cols=False)
    try:
        sql, params = query.get_compiler(connection=connection).compile(query.build_where(condition))
    except FullResultSet:
        return ""
    except EmptyResultSet:
        return "(false)"
    except FieldError as error:
        raise ImproperlyConfigured(f"{model._meta.label}: audit option 'condition': {error}") from error
    editor = connection.schema_editor()
    return f"({sql % tuple(editor.quote_value(value) for value in params)})"
