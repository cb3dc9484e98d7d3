"""The SQL that captures the changes of one table, written for its columns."""

from __future__ import annotations

import re
from typing import Any, Final

import pgtrigger

from django_schemapatterns.audit.columns import (
    Kind,
    build_object,
    differences,
    same_key,
    whole_row,
)
from django_schemapatterns.schema import names, sql
from django_schemapatterns.schema.names import literal, quote
from django_schemapatterns.schema.triggers import CompiledTrigger

ACTIONS: Final[dict[str, dict[str, str]]] = {
    "insert": {"operation": str(pgtrigger.Insert), "referencing": "REFERENCING NEW TABLE AS new_rows"},
    "update": {
        "operation": str(pgtrigger.Update),
        "referencing": "REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows",
    },
    "delete": {"operation": str(pgtrigger.Delete), "referencing": "REFERENCING OLD TABLE AS old_rows"},
    "truncate": {"operation": str(pgtrigger.Truncate), "referencing": ""},
}
LABEL_LENGTH = 200
# When even the key is gone from the table, a line about an unknown row is better than a write that fails.
UNKNOWN_RECORD = "?"


class CompiledAuditTrigger(CompiledTrigger):
    """
    The trigger that writes one kind of change of one table into the audit log.

    action: insert, update, delete or truncate.
    key: the columns of the primary key.
    columns: those that are logged; kinds: how, for those that are not native (see `audit.columns`).
    exclude, label: columns.
    condition: SQL over the table's columns; types: those of the columns that it names.
    """

    def __init__(
        self,
        *,
        name: str,
        pgid: str,
        table: str,
        action: str,
        key: list[str] | None = None,
        columns: list[str] | None = None,
        kinds: dict[str, str] | None = None,
        exclude: list[str] | None = None,
        label: list[str] | None = None,
        condition: str = "",
        types: dict[str, str] | None = None,
        version: int = 1,
    ) -> None:
        self.action = action
        self.key = key or []
        # In alphabetical order, so that moving a field in the class changes nothing.
        self.columns = sorted(columns or [])
        self.kinds = kinds or {}
        self.exclude = exclude or []
        self.label = label or []
        self.condition = condition
        self.types = types or {}
        super().__init__(name=name, pgid=pgid, table=table, version=version)

    @property
    def function_name(self) -> str:  # type: ignore[override]
        plain = names.slug(self.table)
        unique = plain if plain == self.table else f"{plain}_{names.digest(self.table)}"
        return f"{names.SCHEMA}.{quote(names.shorten(f'audit_{self.action}_{unique}'))}"

    @property
    def uninstall_sql(self) -> str:
        # With its triggers, wherever they are: on the table, on its partitions, under an earlier name.
        return f"DROP FUNCTION IF EXISTS {self.function_name}() CASCADE"

    def declaration(self) -> dict[str, str]:
        return {**ACTIONS[self.action], "when": "AFTER", "level": "STATEMENT", "function": self.function_name}

    def function_sql(self) -> str:
        entries, table_name = self._entries(), literal(self.table)
        function = sql.render(
            sql.load("audit", "capture", self.version),
            function=self.function_name,
            settings=self._settings(),
            quotes=sql.dollar_quotes(entries, table_name),
            table_name=table_name,
            idle={"truncate": "false", "delete": "NOT EXISTS (SELECT FROM old_rows)"}.get(
                self.action, "NOT EXISTS (SELECT FROM new_rows)"
            ),
            entries=entries,
        )
        return f"{function}\n{self._condition_check()}" if self.condition else function

    def _condition_check(self) -> str:
        parts = {"table": literal(quote(self.table)), "missing": literal(self._missing())}
        parts["condition"] = literal(self.condition)
        quotes = sql.dollar_quotes(*parts.values())
        return sql.render(sql.load("audit", "capture_condition", self.version), quotes=quotes, **parts)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        for name in ("action", "key", "columns", "kinds", "exclude", "label", "condition", "types"):
            if value := getattr(self, name):
                kwargs[name] = value
        return path, args, kwargs

    def _settings(self) -> str:
        """Fix the session settings that change how values are written."""
        return (
            "SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' "
            "SET IntervalStyle = 'postgres' SET bytea_output = 'hex' SET extra_float_digits = 1"
        )

    def _entries(self) -> str:
        if self.action == "truncate":
            return sql.load("audit", "capture_truncate", self.version)
        return self._pairs() if self.action == "update" else self._rows()

    def _rows(self) -> str:
        return sql.render(
            sql.load("audit", "capture_rows", self.version),
            missing=self._missing(),
            record_id=self._record_id(""),
            record_label=self._label(""),
            operation={"insert": "I", "delete": "D"}[self.action],
            row=self._whole_row(),
            rows={"insert": "new_rows", "delete": "old_rows"}[self.action],
            condition=self.condition or "true",
        )

    def _pairs(self) -> str:
        there, matches = self._free("#there"), self._free("#matches")
        return sql.render(
            sql.load("audit", "capture_pairs", self.version),
            there=there,
            matches=matches,
            missing=self._missing(),
            record_id=f"CASE WHEN n.{there} THEN {self._record_id('n.')} ELSE {self._record_id('o.')} END",
            record_label=f"CASE WHEN n.{there} THEN {self._label('n.')} ELSE {self._label('o.')} END"
            if self.label
            else "NULL",
            differences=differences(self._kinds()),
            new_row=build_object(self._kinds(), "n."),
            old_row=build_object(self._kinds(), "o."),
            columns=", ".join(map(quote, self._used())),
            same_key=" AND ".join(same_key(column, self._kind(column)) for column in self.key),
            condition=self.condition or "true",
        )

    def _kinds(self) -> list[tuple[str, Kind]]:
        return [(column, self._kind(column)) for column in self.columns]

    def _kind(self, column: str) -> Kind:
        return Kind(self.kinds.get(column, Kind.NATIVE))

    def _used(self) -> list[str]:
        return list(dict.fromkeys([*self.key, *self.columns, *self.label, *named_columns(self.condition)]))

    def _free(self, name: str) -> str:
        """Return a name that no column bears."""
        while name in self._used():
            name = f"#{name}"
        return quote(name)

    def _missing(self) -> str:
        types = {column: f"::{kind}" for column, kind in self.types.items()}
        return ", ".join(f"NULL{types.get(column, '')} AS {quote(column)}" for column in self._used())

    def _record_id(self, side: str) -> str:
        parts = [f'{side}{quote(column)}::text COLLATE "C"' for column in self.key]
        if len(parts) > 1:
            return f"jsonb_build_array({', '.join(parts)})::text"
        return f"coalesce({parts[0]}, {literal(UNKNOWN_RECORD)})"

    def _label(self, side: str) -> str:
        if not self.label:
            return "NULL"
        parts = ", ".join(f"{side}{quote(column)}" for column in self.label)
        return f"nullif(left(concat_ws(' ', {parts}), {LABEL_LENGTH}), '')"

    def _whole_row(self) -> str:
        """
        Take the row as it is, whatever its columns.

        Not where something is to be hidden, which would show when its column is renamed.
        """
        if self.exclude or {Kind.MASKED, Kind.JSON} & set(self.kinds.values()):
            return build_object(self._kinds(), "")
        return whole_row(self._kinds(), '"#row".*')


def named_columns(condition: str) -> list[str]:
    """Return the names that a condition quotes: its columns, and whatever a text in it puts in quotes."""
    return [name.replace('""', '"') for name in re.findall(r'"((?:[^"]|"")+)"', condition)]


CompiledAuditTrigger.__module__ = "django_schemapatterns.operations"
