"""Views of the user."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

from django.db.backends.postgresql.psycopg_any import sql as psycopg_sql

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema import sql
from django_schemapatterns.schema.backends import postgresql
from django_schemapatterns.schema.belongings import belongings_of
from django_schemapatterns.schema.catalog import tables
from django_schemapatterns.schema.declared import Declared, read
from django_schemapatterns.schema.dependents import blocking, bring_back, take_away
from django_schemapatterns.schema.names import literal, quote
from django_schemapatterns.schema.replacing import replaced

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import QuerySet

OTHER_COLUMNS = "42P16"


@dataclass(frozen=True)
class View(Declared):
    """
    A view, for `database.register`.

        View("paid_orders", "SELECT id, total FROM shop_order WHERE is_paid")
        View("paid_orders", "sql/paid_orders.sql")
        View("paid_orders", lambda: Order.objects.filter(is_paid=True).values("id", "total"))

    name: as a model's `db_table`.
    query: SQL, the name of a file with SQL in the app's directory, or a function that returns a queryset.
    security_invoker: whether the view reads with the rights of whoever asks, so that row security holds.
    security_barrier: whether no condition of a query may see rows before the view's own conditions.
    """

    kind: ClassVar[str] = "view"
    query: str | Callable[[], QuerySet[Any, Any]]
    security_invoker: bool = True
    security_barrier: bool = False

    @property
    def text(self) -> str:
        assert isinstance(self.query, str)
        return self.query

    def resolved(self, app_label: str) -> View:
        text = read(self.query, app_label) if isinstance(self.query, str) else self._compiled()
        return replace(self, query=text)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        options = {} if self.security_invoker else {"security_invoker": False}
        options |= {"security_barrier": True} if self.security_barrier else {}
        return "django_schemapatterns.database.View", [self.name, self.query], options

    def create_sql(self, verb: str = "CREATE VIEW") -> str:
        options = [f"security_invoker = {str(self.security_invoker).lower()}"]
        options += ["security_barrier = true"] if self.security_barrier else []
        return f"{verb} {self.quoted} WITH ({', '.join(options)}) AS\n{self.text}"

    def create(self, editor: SchemaEditor) -> None:
        _make_views_of_tables(editor)
        editor.execute(self.create_sql(), params=None)

    def drop(self, editor: SchemaEditor) -> None:
        editor.execute(f"DROP VIEW {self.quoted}", params=None)

    def release(self, editor: SchemaEditor) -> None:
        statement = sql.render(sql.load("schema", "release_view", 1), view=literal(self.quoted))
        editor.execute(statement, params=None)

    def take_place_of(self, old: Declared | None, editor: SchemaEditor) -> None:
        replacement = self.create_sql("CREATE OR REPLACE VIEW")
        if not replaced(editor, replacement, refusal=OTHER_COLUMNS):
            self._recreate(editor)

    def rename(self, editor: SchemaEditor, name: str) -> None:
        bare = name.rpartition(".")[2] if name.startswith('"') else name
        editor.execute(f"ALTER VIEW {self.quoted} RENAME TO {quote(bare)}", params=None)

    def exists_sql(self) -> str:
        return f"to_regclass({literal(self.quoted)})"

    def _recreate(self, editor: SchemaEditor) -> None:
        connection = editor.connection
        upon = blocking(connection, [(self.quoted, None)])
        belongings = belongings_of(connection, self.quoted)
        take_away(editor, upon)
        self.drop(editor)
        self.create(editor)
        columns = tables(connection, [self.quoted])[self.quoted].columns
        for column, statement in belongings:
            if column is None or column in columns:
                editor.execute(statement, params=None)
        bring_back(editor, upon)

    def _compiled(self) -> str:
        queryset = self.query()  # type: ignore[operator]
        if not hasattr(queryset, "query"):
            raise ConfigurationError(
                f"The query of the view {self.name!r} is SQL, the name of a file, or a function that returns "
                f"a queryset; it returns {queryset!r}."
            )
        text, params = queryset.query.get_compiler(connection=postgresql()).as_sql()
        return str(text % tuple(psycopg_sql.quote(param) for param in params))


def _make_views_of_tables(editor: SchemaEditor) -> None:
    """Make at once what CreateModel leaves for the end of a migration; the view may read it."""
    for statement in list(editor.deferred_sql):
        if isinstance(statement, str) and statement.startswith("CREATE VIEW"):
            editor.deferred_sql.remove(statement)
            editor.execute(statement, params=None)
