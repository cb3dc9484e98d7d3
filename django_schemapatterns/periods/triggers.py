"""The triggers that keep versions, as migrations hold them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django_schemapatterns.periods.seed import SeedPeriods
from django_schemapatterns.schema import names, sql
from django_schemapatterns.schema.names import literal, quote
from django_schemapatterns.schema.triggers import CompiledTrigger

BY_HAND: Final = "pg_trigger_depth() = 0"  # not by one of these triggers
ROW: Final = {"when": "AFTER", "level": "ROW"}
# Not for each row, as which also a row is deleted that goes to another partition.
DELETED: Final = {
    "when": "AFTER",
    "operation": "DELETE",
    "level": "STATEMENT",
    "referencing": "REFERENCING OLD TABLE AS old_rows",
}
DECLARATIONS: Final[dict[str, dict[str, str]]] = {
    "insert": {
        "when": "AFTER",
        "operation": "INSERT",
        "level": "STATEMENT",
        "referencing": "REFERENCING NEW TABLE AS new_rows",
    },
    # Without the old rows: what a row has said before its versions know, and to keep those costs much.
    "update": {
        "when": "AFTER",
        "operation": "UPDATE",
        "level": "STATEMENT",
        "referencing": "REFERENCING NEW TABLE AS new_rows",
    },
    "rekey": {**ROW, "operation": "UPDATE"},
    "delete": DELETED,
    "end": DELETED,
    "emptied": {"when": "AFTER", "operation": "TRUNCATE", "level": "STATEMENT"},
    "end_all": {"when": "AFTER", "operation": "TRUNCATE", "level": "STATEMENT"},
    "note": {
        "when": "BEFORE",
        "operation": "INSERT OR UPDATE",
        "level": "ROW",
        "condition": f"WHEN ({BY_HAND})",
    },
    "follow": {**ROW, "operation": "INSERT OR UPDATE", "condition": f"WHEN ({BY_HAND})"},
    "referenced": {**ROW, "operation": "INSERT OR UPDATE", "condition": f"WHEN ({BY_HAND})"},
    "keep": {**ROW, "operation": "UPDATE"},
    "keep_deleted": {**ROW, "operation": "DELETE"},
    "removed": {**ROW, "operation": "DELETE", "condition": f"WHEN ({BY_HAND})"},
    "truncate": {"when": "AFTER", "operation": "TRUNCATE", "level": "STATEMENT"},
}
ON_OWNER: Final = ("insert", "update", "rekey", "delete", "end", "emptied", "end_all")
WITH_CLOCK: Final = ("insert", "update", "end")
# The planner knows nothing of the rows that a statement changed, and keeps what it has planned: so it must
# find the versions by their index even when there are none yet, and hash what else it joins.
PLANNER: Final = (
    "SET enable_seqscan = off SET enable_mergejoin = off SET jit = off "
    "SET plan_cache_mode = force_generic_plan"
)
ACTOR: Final = "nullif(current_setting('app.current_user_id', true), '')"
# Most statements give no reason, and to call a function that looks for one costs as much as the rest.
REASON: Final = (
    """CASE WHEN strpos(current_setting('app.context', true), '"reason"') > 0 """
    "THEN schemapatterns.period_reason() END"
)
# Fixtures load versions before their owners, and Django deletes them before: what is left is judged.
AT_THE_END: Final = ("referenced", "removed", "keep_deleted")
FILES: Final = {"removed": "follow", "keep_deleted": "keep"}
OF_BELIEFS: Final = (
    "insert",
    "update",
    "end",
    "end_all",
    "note",
    "follow",
    "removed",
)  # which read or write them


class CompiledPeriodTrigger(CompiledTrigger):
    """
    A trigger that lets versions follow their owner, or the owner its versions.

    action: insert, update, rekey, delete or end, emptied or end_all, on the owner's table; note, follow,
    referenced, removed, keep, keep_deleted or truncate, on that of the versions.
    owned, key: the owner's table and the column that is pointed at.  history, owner: the versions' table and
    the column that points.  columns: (owner's, version's) of what is tracked.
    until: the owner's column that is not null while no version is in force.  steps: every or last.
    who: column and type of who did it.  why: the column of the reason.
    beliefs: whether superseded versions are kept.  kept: their columns.  stays: without their owner, too.
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
        beliefs: bool = False,
        kept: list[str] | None = None,
        stays: bool = False,
        version: int = 1,
    ) -> None:
        self.action = action
        self.owned, self.key = owned, key
        self.history, self.owner = history, owner
        self.columns = [tuple(pair) for pair in columns]
        self.until, self.steps = until, steps
        self.who, self.why = tuple(who) if who else None, why
        self.beliefs, self.kept, self.stays = beliefs, kept or [], stays
        super().__init__(name=name, pgid=pgid, table=table, version=version)

    @property
    def statement(self) -> str:  # type: ignore[override]
        return "constraint_trigger" if self.action in AT_THE_END else "trigger"

    @property
    def function_name(self) -> str:  # type: ignore[override]
        plain = names.slug(self.history)
        unique = plain if plain == self.history else f"{plain}_{names.digest(self.history)}"
        return f"{names.SCHEMA}.{quote(names.shorten(f'period_{self.action}_{unique}'))}"

    @property
    def uninstall_sql(self) -> str:
        return f"DROP FUNCTION IF EXISTS {self.function_name}() CASCADE"

    def declaration(self) -> dict[str, str]:
        key = quote(self.key)
        rekeyed = (
            {"condition": f"WHEN (OLD.{key} IS DISTINCT FROM NEW.{key})"} if self.action == "rekey" else {}
        )
        return {**DECLARATIONS[self.action], **rekeyed, "function": self.function_name}

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
        values["last"] = self._part("last", {**values, "clock": "clock_timestamp()"})
        text = self._part("seed", values)
        return text.replace("%", "%%").replace("> %%s ORDER", "> %s ORDER") if after else text

    def function_sql(self) -> str:
        values = self._values()
        parts = [self._part(FILES.get(self.action, self.action), values)]
        if self.action != "note":
            parts.append(sql.render(sql.load("schema", "owner_rights", self.version), **values))
        return "\n".join(parts)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        for name in (
            "action",
            "owned",
            "key",
            "history",
            "owner",
            "columns",
            "until",
            "who",
            "why",
            "beliefs",
            "kept",
            "stays",
        ):
            if value := getattr(self, name):
                kwargs[name] = value
        return path, args, {**kwargs, **({} if self.steps == "every" else {"steps": self.steps})}

    def _part(self, file: str, values: dict[str, str]) -> str:
        return sql.render(sql.load("periods", f"period_{file}", self.version), **values).rstrip()

    def _values(self) -> dict[str, str]:
        pairs = [(quote(own), quote(theirs)) for own, theirs in self.columns]
        values = {
            "function": self.function_name,
            "planner": PLANNER,
            "table": quote(self.owned),
            "history": quote(self.history),
            "owner": quote(self.owner),
            "key": quote(self.key),
            "table_name": literal(self.owned),
            "history_name": literal(self.history),
            "owner_name": literal(self.owner),
            "columns": _listed(theirs for _, theirs in pairs),
            "values": _listed(f"owner.{own}" for own, _ in pairs),
            "assignments": _listed(f"{theirs} = owner.{own}" for own, theirs in pairs),
            "touched": pairs[0][0],
            "last_values": _listed(f"last.{theirs}" for _, theirs in pairs),
            "follow": _listed(f"{own} = last.{theirs}" for own, theirs in pairs),
            "differs": " OR ".join(f"last.{theirs} IS DISTINCT FROM owner.{own}" for own, theirs in pairs),
            "same": " AND ".join(
                f"before.{theirs} IS NOT DISTINCT FROM owner.{own}" for own, theirs in pairs
            ),
            "gone": f"owner.{quote(self.until)} IS NOT NULL" if self.until else "false",
            "clock": "period_clock" if self.action in WITH_CLOCK else "clock_timestamp()",
            "who_columns": "".join(f", {quote(column)}" for column in self._noted()),
            "who": "".join(f", period_{name}" for name in self._said()),
            "declared": "".join(f"\n    period_{name} {value};" for name, value in self._said().items()),
            "notes": self._notes(),
            **self._beliefs(pairs),
        }
        values["last"] = self._part("last", values)
        values["cancel"] = self._part("cancelled", values) if self.until else ""
        values["again"] = self._part("again", values) if self.steps == "last" else ""
        values["restating"] = self._part("restated", values) if self.beliefs else ""
        values["unmoved"] = self._part("unmoved", values)
        values["followed"] = self._part("followed", values)
        values["quotes"] = sql.dollar_quotes(*values.values())
        return values

    def _beliefs(self, pairs: list[tuple[str, str]]) -> dict[str, str]:
        """Return the conditions on what is believed now, and the lines that keep what is not any more."""
        told = [
            *(theirs for _, theirs in pairs),
            "effective_from",
            "ended",
            *([quote(self.why)] if self.why else []),
        ]
        forgets = "".join(
            f"\n        IF NEW.{column} IS NOT DISTINCT FROM OLD.{column} THEN NEW.{column} := NULL; END IF;"
            for column in map(quote, self._noted())
        )
        owner = f"owner.{quote(self.key)} = OLD.{quote(self.owner)}"
        return {
            "standing": " AND version.superseded_at IS NULL" if self.beliefs else "",
            "standing_before": " AND before.superseded_at IS NULL" if self.beliefs else "",
            "only_now": " AND NEW.superseded_at IS NULL" if self.beliefs else "",
            "superseded": " OR NEW.superseded_at IS NOT NULL" if self.beliefs else "",
            "restated": " OR ".join(f"NEW.{column} IS DISTINCT FROM OLD.{column}" for column in told),
            "forgets": forgets,
            "goes_along": "false"
            if self.stays
            else f"NOT EXISTS (SELECT FROM {quote(self.owned)} AS owner WHERE {owner})",
            "kept": _listed(map(quote, self.kept)),
            "kept_values": _listed(
                "false" if name == "pending" else f"OLD.{quote(name)}" for name in self.kept
            ),
        }

    def _said(self) -> dict[str, str]:
        """Return the declarations of who acts, and why, of those that have a column."""
        kind = self.who[1] if self.who else ""
        actor = (
            ACTOR if kind.startswith(("varchar", "text")) else f"schemapatterns.period_actor(NULL::{kind})"
        )
        who = kind and f"{kind} := {actor}::{kind}"
        why = self.why and f"text := {REASON}"
        return {name: value for name, value in (("who", who), ("why", why)) if value}

    def _noted(self) -> list[str]:
        return [column for column in (self.who and self.who[0], self.why) if column]

    def _notes(self) -> str:
        return "".join(
            f"\n    NEW.{quote(column)} := coalesce(NEW.{quote(column)}, period_{name});"
            for column, name in zip(self._noted(), self._said(), strict=True)
        )


def _listed(parts: Iterable[str]) -> str:
    return ", ".join(parts)


CompiledPeriodTrigger.__module__ = "django_schemapatterns.operations"
