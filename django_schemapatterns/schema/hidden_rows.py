"""An alarm for migrations whose role is not shown all rows: what they would miss is an error, not silence."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from django.db.backends.base.schema import BaseDatabaseSchemaEditor

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# Tables of the role's own whose policies bind it, and whether one of them shows it every row.
_BOUND: Final = """
SELECT pg_class.oid::regclass::text, EXISTS (
    SELECT FROM pg_policy CROSS JOIN unnest(polroles) AS role
    WHERE polrelid = pg_class.oid AND polpermissive AND polcmd IN ('r', '*')
      AND pg_get_expr(polqual, polrelid) IN ('true', format('(CURRENT_USER = %L::name)', current_user))
      AND (role = 0 OR pg_has_role(role, 'USAGE'))
)
FROM pg_class WHERE relrowsecurity AND relforcerowsecurity AND relkind IN ('r', 'p') AND NOT relispartition
  AND pg_has_role(relowner, 'USAGE') AND row_security_active(pg_class.oid) ORDER BY 1
"""
REFUSED: Final = "42501"


def bound_tables(connection: BaseDatabaseWrapper) -> dict[str, bool]:
    """Return the tables of the connection's role whose policies bind it, and whether all rows are shown."""
    with connection.cursor() as cursor:
        cursor.execute(_BOUND)
        return dict(cursor.fetchall())


class HiddenRowsMixin(BaseDatabaseSchemaEditor):
    """
    Let queries fail that policies would take rows from.

    row_security = off says so to PostgreSQL. It would refuse tables that a policy shows in full, too: where
    there are such it stays on, and a check tells of the others.
    """

    _hiding: Sequence[str] = ()

    def __enter__(self) -> Self:
        super().__enter__()
        bound = {} if self.collect_sql else bound_tables(self.connection)
        self._hiding = [] if any(bound.values()) else list(bound)
        self._show("off")
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        if self._hiding and exc_value and getattr(exc_value.__cause__, "sqlstate", "") == REFUSED:
            exc_value.add_note(self._note())
        failed = True
        try:
            super().__exit__(exc_type, exc_value, traceback)
            failed = exc_value is not None
        finally:
            # What was set in a transaction is undone with it, or with its savepoint.
            if not (failed and self.connection.in_atomic_block):
                self._show("on")

    @contextmanager
    def knowing_of_hidden_rows(self) -> Iterator[None]:
        """Let code read what it is shown that sees to what it is not."""
        self._show("on")
        yield
        self._show("off")

    def _show(self, how: str) -> None:
        if self._hiding:
            local = "LOCAL " if self.connection.in_atomic_block else ""
            with self.connection.cursor() as cursor:
                cursor.execute(f"SET {local}row_security = {how}")

    def _note(self) -> str:
        tables = ", ".join(self._hiding)
        return (
            f"The role that migrates is not shown all rows of {tables}, and must not miss any silently. "
            "Let it be a login of the groups owner and admin, and name admin in every `bypass`. "
            "About what one user or tenant sees, let the migration run SET LOCAL row_security = on before."
        )
