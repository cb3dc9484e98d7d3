"""The triggers that keep soft deletes, as migrations hold them."""

from __future__ import annotations

from typing import Any, Final

from django_schemapatterns.schema import names, sql
from django_schemapatterns.schema.names import literal, quote
from django_schemapatterns.schema.triggers import CompiledTrigger
from django_schemapatterns.softdelete.relations import BATCH, MARK

DEFERRED: Final = ("restrict", "reference_restore")  # they judge the outcome, not the way to it
DELETED: Final = f"OLD.{MARK} IS NULL AND NEW.{MARK} IS NOT NULL"


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
        if self.name != "soft_delete_mark":
            return ""
        changed = f"OLD.{MARK} IS DISTINCT FROM NEW.{MARK}"
        if self.arguments:
            return f"WHEN ({changed})"
        # A cascade sets both marks by itself, and needs no function called for each of its rows.
        incomplete = f"(NEW.{MARK} IS NULL) <> (NEW.{BATCH} IS NULL)"
        again = f"OLD.{MARK} IS NOT NULL AND NEW.{MARK} IS NOT NULL"
        return f"WHEN ({changed} AND ({incomplete} OR {again}))"


_SHARED: Final = {
    "soft_delete_guard": {"when": "BEFORE", "operation": "DELETE", "level": "ROW"},
    "soft_delete_begin": {"when": "BEFORE", "operation": f"UPDATE OF {MARK} OR DELETE", "level": "STATEMENT"},
    "soft_delete_mark": {"when": "BEFORE", "operation": f"UPDATE OF {MARK}", "level": "ROW"},
    "soft_delete_end": {"when": "AFTER", "operation": f"UPDATE OF {MARK} OR DELETE", "level": "STATEMENT"},
}


class CompiledReferenceTrigger(CompiledTrigger):
    """
    A trigger for one foreign key that points at rows which are soft-deleted.

    action: cascade, protect or restrict, on the table that is pointed at; or reference_insert and
    reference_update, on the table that points.
    child, column: the foreign key; parent, key: what it points at.
    type: of the column.  soft: whether rows of the child are soft-deleted themselves.
    others: (parent, key, column) of the child's other cascading foreign keys.
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
        others: list[tuple[str, str, str]] | None = None,
        version: int = 1,
    ) -> None:
        self.action = action
        self.child, self.column = child, column
        self.parent, self.key = parent, key
        self.type, self.soft = type, soft
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
        column = quote(self.column)
        moved = f"NEW.{column} IS NOT NULL AND OLD.{column} IS DISTINCT FROM NEW.{column}"
        alive = f" AND NEW.{MARK} IS NULL" if self.soft else ""
        restored = f"OLD.{MARK} IS NOT NULL AND NEW.{MARK} IS NULL AND NEW.{column} IS NOT NULL"
        before = {
            "when": "BEFORE",
            "operation": f"UPDATE OF {MARK}",
            "level": "ROW",
            "condition": f"WHEN ({DELETED})",
        }
        after = {**before, "when": "AFTER"}
        declarations = {
            "cascade": {**after, "condition": f"WHEN (OLD.{MARK} IS DISTINCT FROM NEW.{MARK})"},
            "protect": before,
            "restrict": after,
            "reference_update": {
                **after,
                "operation": f"UPDATE OF {column}",
                "condition": f"WHEN ({moved}{alive})",
            },
            "reference_restore": {**after, "condition": f"WHEN ({restored})"},
            "reference_insert": {
                "when": "AFTER",
                "operation": "INSERT",
                "level": "STATEMENT",
                "referencing": "REFERENCING NEW TABLE AS new_rows",
            },
        }
        # For those who read the catalog: who depends on the table, and by which columns.
        arguments = [quote(self.child), self.column, self.key] if self.action == "cascade" else []
        return {
            **declarations[self.action],
            "function": self.function_name,
            "arguments": ", ".join(map(literal, arguments)),
        }

    def function_sql(self) -> str:
        file = {"restrict": "protect"}.get(self.action, self.action)
        return sql.render(sql.load("softdelete", f"soft_delete_{file}", self.version), **self._values())

    def _values(self) -> dict[str, str]:
        return {
            "function": self.function_name,
            "child": quote(self.child),
            "column": quote(self.column),
            "parent": quote(self.parent),
            "key": quote(self.key),
            "type": self.type,
            "table_name": literal(self.child),
            "child_name": literal(self.child),
            "column_name": literal(self.column),
            "parent_name": literal(self.parent),
            "key_name": literal(self.key),
            "rule": literal(self.action),
            "alive": f" AND {MARK} IS NULL" if self.soft else "",  # follows a condition on the child's rows
            "still": self._still_deleted() if self.action == "restrict" else "",
            "hand_over": "".join(self._hand_over(*other) for other in self.others),
            "others_alive": "".join(self._other_alive(*other) for other in self.others),
        }

    def _still_deleted(self) -> str:
        key = quote(self.key)
        return (
            f" AND EXISTS (SELECT FROM {quote(self.parent)} WHERE {key} = NEW.{key} AND {MARK} IS NOT NULL)"
        )

    def _hand_over(self, parent: str, key: str, column: str) -> str:
        return sql.render(
            sql.load("softdelete", "soft_delete_hand_over", self.version).rstrip(),
            child=quote(self.child),
            column=quote(self.column),
            key=quote(self.key),
            parent=quote(parent),
            other_key=quote(key),
            other_column=quote(column),
        )

    def _other_alive(self, parent: str, key: str, column: str) -> str:
        return (
            f"\n      AND NOT EXISTS (SELECT FROM {quote(parent)} AS other "
            f"WHERE other.{quote(key)} = child.{quote(column)} AND other.{MARK} IS NOT NULL)"
        )

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        for name in ("action", "child", "column", "parent", "key", "type", "others"):
            if value := getattr(self, name):
                kwargs[name] = value
        return path, args, {**kwargs, **({} if self.soft else {"soft": False})}


CompiledMarkTrigger.__module__ = "django_schemapatterns.operations"
CompiledReferenceTrigger.__module__ = "django_schemapatterns.operations"
