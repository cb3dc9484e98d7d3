"""The triggers that keep soft deletes, as migrations hold them."""

# ruff: noqa: S608 - every name is quoted

from __future__ import annotations

from typing import Any, Final

from django_schemapatterns.schema import names, sql
from django_schemapatterns.schema.names import literal, quote
from django_schemapatterns.schema.triggers import CompiledTrigger
from django_schemapatterns.softdelete.relations import BATCH, MARK

DEFERRED: Final = ("restrict", "reference_restore")  # they judge the outcome, not the way to it
DELETED: Final = f"OLD.{MARK} IS NULL AND NEW.{MARK} IS NOT NULL"
CHANGED: Final = f"OLD.{MARK} IS DISTINCT FROM NEW.{MARK}"


class CompiledMarkTrigger(CompiledTrigger):
    """A trigger on a table whose rows are soft-deleted that runs one of our shared functions."""

    def __init__(self, *, arguments: list[str] | None = None, **kwargs: Any) -> None:
        self.arguments = arguments or []
        super().__init__(**kwargs)

    def declaration(self) -> dict[str, str]:
        assert self.name is not None
        return {
            **_SHARED[self.name],
            "condition": self._condition(),
            "function": f"{names.SCHEMA}.{self.name}",
            "arguments": ", ".join(map(literal, self.arguments)),
        }

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, args, {**kwargs, **({"arguments": self.arguments} if self.arguments else {})}

    def _condition(self) -> str:
        if self.name in _STATEMENTS:
            return f"WHEN ({_STATEMENTS[self.name]})"
        if self.name != "soft_delete_mark":
            return ""
        incomplete = f"(NEW.{MARK} IS NULL) <> (NEW.{BATCH} IS NULL)"
        if self.arguments:
            return f"WHEN ({incomplete} OR {CHANGED})"
        # A cascade sets both marks by itself, and needs no function called for each of its rows.
        again = f"OLD.{MARK} IS NOT NULL AND NEW.{MARK} IS NOT NULL"
        return f"WHEN ({incomplete} OR {CHANGED} AND {again})"


_MARKED: Final = f"UPDATE OF {MARK}, {BATCH}"
_SHARED: Final = {
    "soft_delete_guard": {"when": "BEFORE", "operation": "DELETE", "level": "ROW"},
    "soft_delete_guard_child": {"when": "BEFORE", "operation": "DELETE", "level": "ROW"},
    "soft_delete_begin": {"when": "BEFORE", "operation": f"UPDATE OF {MARK} OR DELETE", "level": "STATEMENT"},
    "soft_delete_mark": {"when": "BEFORE", "operation": _MARKED, "level": "ROW"},
    "soft_delete_end": {"when": "AFTER", "operation": f"UPDATE OF {MARK} OR DELETE", "level": "STATEMENT"},
}
# A cascade, deeper down, goes on with the batch of the statement that started it, and calls neither.
_DEPTH: Final = "current_setting('schemapatterns.deletion_depth', true)"
_STATEMENTS: Final = {
    "soft_delete_begin": f"coalesce({_DEPTH}, '') = ''",
    "soft_delete_end": f"{_DEPTH} = (pg_trigger_depth() + 1)::text",
}


class CompiledReferenceTrigger(CompiledTrigger):
    """
    A trigger for one foreign key that points at rows which are soft-deleted.

    action: cascade, protect or restrict, on the table that is pointed at; reference_insert and
    reference_update, on the table that points; or reference_restore, on the table with that one's marks.
    child, column: the foreign key; parent, key: what it points at.
    type: of the column.  soft: whether rows of the child are soft-deleted themselves.
    marks: (table, key, link) if another table, of which the child's link is the key, has the child's marks.
    others: (parent, key, column) of the other cascading foreign keys of the child's rows; (…, table, link,
    key of the marks) where another table than that of the marks has the column.
    """

    def __init__(
        self,
        *,
        name: str,
        pgid: str,
        table: str,
        action: str,
        child: str,
        column: str,
        parent: str,
        key: str,
        type: str = "",  # noqa: A002 - it is one
        soft: bool = True,
        marks: tuple[str, str, str] | None = None,
        others: list[tuple[str, ...]] | None = None,
        version: int = 1,
    ) -> None:
        self.action = action
        self.child, self.column = child, column
        self.parent, self.key = parent, key
        self.type, self.soft = type, soft
        self.marks = tuple(marks) if marks else None
        self.others = [tuple(other) for other in others or []]
        super().__init__(name=name, pgid=pgid, table=table, version=version)

    @property
    def statement(self) -> str:  # type: ignore[override]
        return "constraint_trigger" if self.action in DEFERRED else "trigger"

    @property
    def function_name(self) -> str:  # type: ignore[override]
        plain = names.slug(f"{self.child}_{self.column}")
        unique = (
            plain
            if plain == f"{self.child}_{self.column}"
            else f"{plain}_{names.digest(self.child + self.column)}"
        )
        return f"{names.SCHEMA}.{quote(names.shorten(f'{self.action}_{unique}'))}"

    @property
    def uninstall_sql(self) -> str:
        return f"DROP FUNCTION IF EXISTS {self.function_name}() CASCADE"

    def declaration(self) -> dict[str, str]:
        before = {
            "when": "BEFORE",
            "operation": f"UPDATE OF {MARK}",
            "level": "ROW",
            "condition": f"WHEN ({DELETED})",
        }
        after = {**before, "when": "AFTER"}
        declarations = {
            "cascade": {
                **after,
                "operation": _MARKED,
                "condition": f"WHEN ({CHANGED} OR OLD.{BATCH} IS DISTINCT FROM NEW.{BATCH})",
            },
            "protect": before,
            "restrict": after,
            "reference_update": {
                **after,
                "operation": f"UPDATE OF {quote(self.column)}",
                "condition": f"WHEN ({self._moved()})",
            },
            "reference_restore": {**after, "condition": f"WHEN ({self._restored()})"},
            "reference_insert": {
                "when": "AFTER",
                "operation": "INSERT",
                "level": "STATEMENT",
                "referencing": "REFERENCING NEW TABLE AS new_rows",
            },
        }
        return {
            **declarations[self.action],
            "function": self.function_name,
            "arguments": ", ".join(map(literal, self._arguments())),
        }

    def _arguments(self) -> list[str]:
        """Tell those who read the catalog who depends on the table, and by which columns."""
        if self.action != "cascade":
            return []
        table, key, link = self.marks or ("", "", "")
        marks = [quote(table), key, link] if self.marks else []
        return [quote(self.child), self.column, self.key, *marks]

    def _moved(self) -> str:
        column = quote(self.column)
        moved = f"NEW.{column} IS NOT NULL AND OLD.{column} IS DISTINCT FROM NEW.{column}"
        return f"{moved} AND NEW.{MARK} IS NULL" if self.soft and not self.marks else moved

    def _restored(self) -> str:
        restored = f"OLD.{MARK} IS NOT NULL AND NEW.{MARK} IS NULL"
        return restored if self.marks else f"{restored} AND NEW.{quote(self.column)} IS NOT NULL"

    def function_sql(self) -> str:
        file = {"restrict": "protect"}.get(self.action, self.action)
        parts = [
            sql.load("softdelete", f"soft_delete_{file}", self.version),
            sql.load("schema", "owner_rights", self.version),
        ]
        return "\n".join(sql.render(part, **self._values()) for part in parts)

    def _values(self) -> dict[str, str]:
        marked = self.marks[0] if self.marks else self.child
        return {
            "function": self.function_name,
            "child": quote(self.child),
            "column": quote(self.column),
            "parent": quote(self.parent),
            "key": quote(self.key),
            "type": self.type,
            "table_name": literal(self.child),
            "child_name": literal(self.child),
            "marked_name": literal(marked),
            "column_name": literal(self.column),
            "parent_name": literal(self.parent),
            "key_name": literal(self.key),
            "rule": literal(self.action),
            "marked": quote(marked),
            "of_parent": self._of_parent(),
            "alive": self._alive(),  # follows a condition on the child's rows
            "moved_alive": self._moved_alive(),
            "still": self._still_deleted() if self.action == "restrict" else "",
            "target": self._target(),
            "hand_over": "".join(self._hand_over(other) for other in self.others),
            "others_alive": "".join(self._other_alive(other) for other in self.others),
        }

    def _of_parent(self) -> str:
        """Return the condition that a row with marks, named `dependant`, points at the parent in NEW."""
        if not self.marks:
            return f"dependant.{quote(self.column)} = NEW.{quote(self.key)}"
        _table, key, link = self.marks
        return (
            f"dependant.{quote(key)} IN (SELECT {quote(link)} FROM {quote(self.child)} "
            f"WHERE {quote(self.column)} = NEW.{quote(self.key)})"
        )

    def _target(self) -> str:
        """Return what the row with marks in NEW points at."""
        if not self.marks:
            return f"NEW.{quote(self.column)}"
        _table, key, link = self.marks
        return (
            f"(SELECT {quote(self.column)} FROM {quote(self.child)} WHERE {quote(link)} = NEW.{quote(key)})"
        )

    def _alive(self) -> str:
        if not self.soft:
            return ""
        if not self.marks:
            return f" AND {MARK} IS NULL"
        table, key, link = self.marks
        return f" AND {quote(link)} IN (SELECT {quote(key)} FROM {quote(table)} WHERE {MARK} IS NULL)"

    def _moved_alive(self) -> str:
        if not self.marks:
            return ""  # the condition of the trigger has seen to it
        table, key, link = self.marks
        row = f"{quote(key)} = NEW.{quote(link)}"
        return f" AND EXISTS (SELECT FROM {quote(table)} WHERE {row} AND {MARK} IS NULL)"

    def _still_deleted(self) -> str:
        key = quote(self.key)
        return (
            f" AND EXISTS (SELECT FROM {quote(self.parent)} WHERE {key} = NEW.{key} AND {MARK} IS NOT NULL)"
        )

    def _hand_over(self, other: tuple[str, ...]) -> str:
        tables, condition = _way_to(other)
        return sql.render(
            sql.load("softdelete", "soft_delete_hand_over", self.version).rstrip(),
            marked=quote(self.marks[0] if self.marks else self.child),
            of_parent=self._of_parent(),
            tables=tables,
            condition=condition,
        )

    def _other_alive(self, other: tuple[str, ...]) -> str:
        tables, condition = _way_to(other)
        return f"\n      AND NOT EXISTS (SELECT FROM {tables} WHERE {condition} AND other.{MARK} IS NOT NULL)"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        for name in ("action", "child", "column", "parent", "key", "type", "marks", "others"):
            if value := getattr(self, name):
                kwargs[name] = value
        return path, args, {**kwargs, **({} if self.soft else {"soft": False})}


def _way_to(other: tuple[str, ...]) -> tuple[str, str]:
    """Return the tables, and the condition, that lead from `dependant` to another row that it points at."""
    parent, key, column, *elsewhere = other
    if not elsewhere:
        return f"{quote(parent)} AS other", f"other.{quote(key)} = dependant.{quote(column)}"
    table, link, marked_key = map(quote, elsewhere)
    tables = f"{quote(parent)} AS other JOIN {table} AS part ON part.{quote(column)} = other.{quote(key)}"
    return tables, f"part.{link} = dependant.{marked_key}"


CompiledMarkTrigger.__module__ = "django_schemapatterns.operations"
CompiledReferenceTrigger.__module__ = "django_schemapatterns.operations"
