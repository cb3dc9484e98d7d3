"""What the schema editor does about indexes and constraints that wait for the end of a migration."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.backends.ddl_references import Statement

if TYPE_CHECKING:
    from django.db.models import Model


class DeferredEditorMixin(BaseDatabaseSchemaEditor):
    """
    Removes and renames what CreateModel has not made so far.

    A squashed migration makes a table and changes it later on. Django drops there what is still to be made:
    a constraint that is not there is an error, an index that is not there is none, and made afterwards.
    """

    def remove_constraint(self, model: type[Model], constraint: Any) -> None:
        if not self._take_deferred(model, constraint.name, is_index=False):
            super().remove_constraint(model, constraint)

    def remove_index(self, model: type[Model], index: Any, **how: Any) -> None:
        if not self._take_deferred(model, index.name, is_index=True):
            super().remove_index(model, index, **how)

    def rename_index(self, model: type[Model], old_index: Any, new_index: Any) -> None:
        for statement in self._take_deferred(model, old_index.name, is_index=True):
            self.execute(statement, params=None)
        super().rename_index(model, old_index, new_index)

    def _take_deferred(self, model: type[Model], name: str, *, is_index: bool) -> list[Any]:
        """Return the statements that are to make something of the table, which nobody else will run."""
        table, name = self.quote_name(model._meta.db_table), self.quote_name(name)
        taken = [
            each
            for each in self.deferred_sql
            # A check and an index may have one name.
            if table in str(each)
            and name in _named(each)
            and str(each).startswith("CREATE INDEX") is is_index
        ]
        self.deferred_sql = [each for each in self.deferred_sql if each not in taken]
        return taken


def _named(statement: Statement | str) -> str:
    """Return the part of a statement that has the name of what it makes."""
    return str(statement.parts.get("name", statement)) if isinstance(statement, Statement) else statement
