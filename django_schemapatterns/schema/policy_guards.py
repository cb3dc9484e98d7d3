"""What the schema editor does so that no change of a table opens its rows, or misses those that it hides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from django_schemapatterns.exceptions import PolicyInTheWay

if TYPE_CHECKING:
    from django.db.models import Model

_NAME = r'((?:"(?:[^"]|"")+"|\w+)(?:\.(?:"(?:[^"]|"")+"|\w+))?)'
_CHANGED = re.compile(rf"(?i)\s*(?:ALTER TABLE|UPDATE)\s+(?:ONLY\s+)?{_NAME}")
_REFERENCED = re.compile(rf"(?i)\bREFERENCES\s+{_NAME}")
_READS_ROWS = re.compile(r"(?i)\s*UPDATE\b|.*\b(?:REFERENCES|VALIDATE\s+CONSTRAINT)\b", re.DOTALL)

_POLICIES_ON_COLUMN = """
SELECT polname::text, polrelid::regclass::text
FROM pg_policy JOIN pg_depend ON classid = 'pg_policy'::regclass AND objid = pg_policy.oid
JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
WHERE refclassid = 'pg_class'::regclass AND refobjid = to_regclass(%s) AND attname = %s
GROUP BY 1, 2 ORDER BY 2, 1
"""
_POLICIES_ELSEWHERE = """
SELECT polname::text, polrelid::regclass::text
FROM pg_policy JOIN pg_depend ON classid = 'pg_policy'::regclass AND objid = pg_policy.oid
WHERE refclassid = 'pg_class'::regclass AND refobjid = to_regclass(%s) AND polrelid <> refobjid
GROUP BY 1, 2 ORDER BY 2, 1
"""
# The owner of a table under FORCE, who would be shown no more than policies allow.
_HIDING = """
SELECT DISTINCT relation.oid::regclass::text
FROM unnest(%s::text[]) AS wanted (name)
CROSS JOIN LATERAL (
    SELECT to_regclass(wanted.name)::oid
    UNION SELECT confrelid FROM pg_constraint WHERE conrelid = to_regclass(wanted.name) AND contype = 'f'
) AS relation (oid)
JOIN pg_class ON pg_class.oid = relation.oid
WHERE relrowsecurity AND relforcerowsecurity AND pg_has_role(relowner, 'USAGE')
  AND NOT (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user)
ORDER BY 1
"""


class PolicyGuardMixin(BaseDatabaseSchemaEditor):
    def remove_field(self, model: type[Model], field: Any) -> None:
        if field.column and not self.collect_sql:
            what = f"The field {model._meta.label}.{field.name}"
            self._refuse(what, _POLICIES_ON_COLUMN, [self.quote_name(model._meta.db_table), field.column])
        super().remove_field(model, field)

    def delete_model(self, model: type[Model]) -> None:
        if not self.collect_sql:
            what = f"The model {model._meta.label}"
            self._refuse(what, _POLICIES_ELSEWHERE, [self.quote_name(model._meta.db_table)])
        super().delete_model(model)

    def execute(self, sql: Any, params: Any = ()) -> None:
        """Let what is proven about all rows, or written into them, be about those that policies hide, too."""
        text = str(sql)
        if self.collect_sql or not _READS_ROWS.match(text):
            super().execute(sql, params)
            return
        with self._showing_all(text):
            super().execute(sql, params)

    def _refuse(self, what: str, query: str, params: list[Any]) -> None:
        found = self._ask(query, params)
        if found:
            named = ", ".join(f"{name} on {table}" for name, table in found)
            raise PolicyInTheWay(
                f"{what} is used by policies, which would go with it and might leave rows open: {named}. "
                "Change the RowSecurity that they come from first, and run makemigrations again."
            )

    @contextmanager
    def _showing_all(self, text: str) -> Iterator[None]:
        """Show all rows to the owner. The tables are locked meanwhile, so that nobody else notices."""
        changed = _CHANGED.match(text)
        names = [*([changed[1]] if changed else []), *_REFERENCED.findall(text)]
        tables = [table for (table,) in self._ask(_HIDING, [names])]
        for table in tables:
            super().execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY", None)
        yield
        for table in tables:
            super().execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY", None)

    def _ask(self, query: str, params: list[Any]) -> list[tuple[Any, ...]]:
        with self.connection.cursor() as cursor:
            cursor.execute(query, params)
            return list(cursor.fetchall())
