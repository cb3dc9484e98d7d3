"""The triggers that keep versions, as migrations hold them."""

from __future__ import annotations

from typing import Any, Final

from django_schemapatterns.periods.seed import SeedPeriods
from django_schemapatterns.schema import names, sql
from django_schemapatterns.schema.names import literal, quote
from django_schemapatterns.schema.triggers import CompiledTrigger

BY_HAND: Final = "pg_trigger_depth() = 0"  # not by one of these triggers
ROW: Final = {"when": "AFTER", "level": "ROW"}
DECLARATIONS: Final[dict[str, dict[str, str]]] = {
    "insert": {
        "when": "AFTER",
        "operation": "INSERT",
        "level": "STATEMENT",
        "referencing": "REFERENCING NEW TABLE AS new_rows",
    },
    "update": {**ROW, "operation": "UPDATE"},
    "delete": {**ROW, "operation": "DELETE"},
    "end": {**ROW, "operation": "DELETE"},
    "note": {
        "when": "BEFORE",
        "operation": "INSERT OR UPDATE",
        "level": "ROW",
        "condition": f"WHEN ({BY_HAND})",
    },
    "follow": {**ROW, "operation": "INSERT OR UPDATE", "condition": f"WHEN ({BY_HAND})"},
    "removed": {**ROW, "operation": "DELETE", "condition": f"WHEN ({BY_HAND})"},
    "truncate": {"when": "AFTER", "operation": "TRUNCATE", "level": "STATEMENT"},
}
ON_OWNER: Final = ("insert", "update", "delete", "end")
FILES: Final = {"removed": "follow"}


class CompiledPeriodTrigger(CompiledTrigger):
    """
    A trigger that lets versions follow their owner, or the owner its versions.

    action: insert, update, delete or end, on the owner's table; note, follow, removed or truncate, on that of
    the versions.
    owned, key: the owner's table and the column that is pointed at.  history, owner: the versions' table and
    the column that points.  columns: (owner's, version's) of what is tracked.
    until: the owner's column that is not null while no version is in force.  steps: every or last.
    who: column and type of who did it.  why: the column of the reason.
    """

    def __init__(
        self,
        *,
        name: str,
        pgid: str,
        table: str,
        action: str,
        owned: str,
        key: str,
        history: str,
        owner: str,
        columns: list[tuple[str, str]],
        until: str = "",
        steps: str = "every",
        who: tuple[str, str] | None = None,
        why: str = "",
        version: int = 1,
    ) -> None:
        self.action = action
        self.owned, self.key = owned, key
        self.history, self.owner = history, owner
        self.columns = [tuple(pair) for pair in columns]
        self.until, self.steps = until, steps
        self.who, self.why = tuple(who) if who else None, why
        super().__init__(name=name, pgid=pgid, table=table, version=version)

    @property
    def statement(self) -> str:  # type: ignore[override]
        # A cascade of Django's deletes the versions first; what is left is judged at the end.
        return "constraint_trigger" if self.action == "removed" else "trigger"

    @property
    def function_name(self) -> str:  # type: ignore[override]
        plain = names.slug(self.history)
        unique = plain if plain == self.history else f"{plain}_{names.digest(self.history)}"
        return f"{names.SCHEMA}.{quote(names.shorten(f'period_{self.action}_{unique}'))}"

    @property
    def uninstall_sql(self) -> str:
        return f"DROP FUNCTION IF EXISTS {self.function_name}() CASCADE"

    def declaration(self) -> dict[str, str]:
        condition = {"condition": f"WHEN ({self._changed()})"} if self.action == "update" else {}
        return {**DECLARATIONS[self.action], **condition, "function": self.function_name}

    def followed_by(self, model_name: str) -> list[Any]:
        """Let the versions of the rows that are there already start."""
        return [SeedPeriods(model_name)] if self.action == "insert" else []

    def seed_sql(self, *, batch: int | None = None, after: bool = False) -> str:
        """Return the statement that lets versions start, in a batch after the key that is a parameter."""
        values = {
            **self._values(),
            "after": f"WHERE owner.{quote(self.key)} > %s" if after else "",
            "limit": f"LIMIT {batch}" if batch else "",
        }
        text = self._part("seed", values)
        return text.replace("%", "%%").replace("> %%s ORDER", "> %s ORDER") if after else text

    def function_sql(self) -> str:
        values = self._values()
        parts = [self._part(FILES.get(self.action, self.action), values)]
        if self.action != "note":
            parts.append(self._part("rights", values))
        return "\n".join(parts)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        for name in ("action", "owned", "key", "history", "owner", "columns", "until", "who", "why"):
            if value := getattr(self, name):
                kwargs[name] = value
        return path, args, {**kwargs, **({} if self.steps == "every" else {"steps": self.steps})}

    def _part(self, file: str, values: dict[str, str]) -> str:
        return sql.render(sql.load("periods", f"period_{file}", self.version), **values)

    def _changed(self) -> str:
        changed = " OR ".join(
            f"OLD.{quote(own)} IS DISTINCT FROM NEW.{quote(own)}" for own, _ in self.columns
        )
        until = quote(self.until)
        ended = f" OR (OLD.{until} IS NULL) <> (NEW.{until} IS NULL)" if self.until else ""
        return f"{changed}{ended}"

    def _values(self) -> dict[str, str]:
        row = {"update": "NEW", "delete": "OLD", "end": "OLD"}.get(self.action, "owner")
        values = {
            "function": self.function_name,
            "table": quote(self.owned),
            "history": quote(self.history),
            "owner": quote(self.owner),
            "key": quote(self.key),
            "row": row,
            "table_name": literal(self.owned),
            "history_name": literal(self.history),
            "owner_name": literal(self.owner),
            "columns": ", ".join(quote(own) for _, own in self.columns),
            "values": ", ".join(f"{row}.{quote(own)}" for own, _ in self.columns),
            "last_columns": ", ".join(f"version.{quote(own)}" for _, own in self.columns),
            "differs": " OR ".join(
                f"last.{quote(theirs)} IS DISTINCT FROM {row}.{quote(own)}" for own, theirs in self.columns
            ),
            "follow": ", ".join(f"{quote(own)} = last.{quote(theirs)}" for own, theirs in self.columns),
            "assignments": ", ".join(f"{quote(theirs)} = NEW.{quote(own)}" for own, theirs in self.columns),
            "gone": f"{row}.{quote(self.until)} IS NOT NULL" if self.until else "false",
            **self._who(),
            "notes": self._notes(),
        }
        values["cancel"] = self._part("cancel", values) if self.action == "end" or self.until else ""
        values["steps"] = self._part("steps", values) if self.steps == "last" else ""
        values["quotes"] = sql.dollar_quotes(*values.values())
        return values

    def _who(self) -> dict[str, str]:
        parts = self._noted()
        return {
            "who_columns": "".join(f", {quote(column)}" for column, _ in parts),
            "who": "".join(f", {value}" for _, value in parts),
        }

    def _notes(self) -> str:
        return "".join(
            f"\n    NEW.{quote(column)} := coalesce(NEW.{quote(column)}, {value});"
            for column, value in self._noted()
        )

    def _noted(self) -> list[tuple[str, str]]:
        """Return columns and values of who did it, and why."""
        noted = []
        if self.who:
            column, db_type = self.who
            noted.append((column, f"nullif(current_setting('app.current_user_id', true), '')::{db_type}"))
        if self.why:
            noted.append((self.why, "schemapatterns.period_reason()"))
        return noted


CompiledPeriodTrigger.__module__ = "django_schemapatterns.operations"
