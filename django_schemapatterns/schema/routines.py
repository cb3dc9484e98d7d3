"""Functions of the user."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.belongings import belongings_of_routine
from django_schemapatterns.schema.declared import AlterObject, Declared, read
from django_schemapatterns.schema.dependents import blocking_routine, bring_back, take_away
from django_schemapatterns.schema.names import literal, quote
from django_schemapatterns.schema.replacing import replaced

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor

    from django_schemapatterns.schema.free import FreeOperation

OTHER_RESULT = "42P13"
_HEADER = re.compile(
    r'^CREATE\s+(?:OR\s+REPLACE\s+)?(FUNCTION|PROCEDURE)\s+((?:"[^"]+"|\w+)(?:\.(?:"[^"]+"|\w+))?)\s*(?=\()',
    re.IGNORECASE | re.MULTILINE,
)


@dataclass(frozen=True)
class Function(Declared):
    """
    A function or a procedure, for `database.register`.

        Function("net", "CREATE FUNCTION net(gross numeric) RETURNS numeric RETURN gross / 1.19")
        Function("net", "sql/net.sql")

    name: unique, as no other function of the name may have other arguments.
    definition: the CREATE statement, or the name of a file with it in the app's directory.
    before_tables: whether columns, constraints or indexes call it, so that it is made before them.
    """

    kind: ClassVar[str] = "function"
    definition: str
    before_tables: bool = False

    @property
    def comes_first(self) -> bool:  # type: ignore[override]
        return self.before_tables

    @property
    def text(self) -> str:
        return self.definition

    def resolved(self, app_label: str) -> Function:
        found = replace(self, definition=read(self.definition, app_label))
        return replace(found, definition=found._create_sql("CREATE", self.quoted))

    def renamed(self, name: str) -> Self:
        return replace(self, name=name, definition=self._create_sql("CREATE", quote(name)))

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        options = {"before_tables": True} if self.before_tables else {}
        return "django_schemapatterns.database.Function", [self.name, self.definition], options

    def changes(self, old: Any, asks: Any) -> list[FreeOperation]:
        return [AlterObject(self, old=old)]

    def create(self, editor: SchemaEditor) -> None:
        editor.execute(self.definition, params=None)

    def drop(self, editor: SchemaEditor) -> None:
        editor.execute(f"DROP ROUTINE {self.quoted}", params=None)

    def take_place_of(self, old: Declared | None, editor: SchemaEditor) -> None:
        replacement = self._create_sql("CREATE OR REPLACE", self.quoted)
        if isinstance(old, Function) and old.arguments != self.arguments:
            self._recreate(editor)
            return
        if not replaced(editor, replacement, refusal=OTHER_RESULT):
            self._recreate(editor)

    def rename(self, editor: SchemaEditor, name: str) -> None:
        editor.execute(f"ALTER ROUTINE {self.quoted} RENAME TO {quote(name)}", params=None)

    def exists_sql(self) -> str:
        return f"to_regproc({literal(self.quoted)})"

    @property
    def arguments(self) -> str:
        """Return what stands between the brackets, by which PostgreSQL tells functions apart."""
        start = self._header().end()
        depth = 0
        for place, letter in enumerate(self.definition[start:], start):
            depth += (letter == "(") - (letter == ")")
            if depth == 0:
                return " ".join(self.definition[start + 1 : place].split())
        return ""

    def _create_sql(self, verb: str, quoted: str) -> str:
        header = self._header()
        before, after = self.definition[: header.start()], self.definition[header.end() :]
        return f"{before}{verb} {header[1].upper()} {quoted}{after}"

    def _header(self) -> re.Match[str]:
        header = _HEADER.search(self.definition)
        if header is None or quote(_unquoted(header[2])) != quote(_unquoted(self.name)):
            raise ConfigurationError(
                f"The definition of the function {self.name!r} must have a line that begins with "
                f"CREATE FUNCTION {self.name}(…)."
            )
        return header

    def _recreate(self, editor: SchemaEditor) -> None:
        upon = blocking_routine(editor.connection, self.quoted)
        belongings = belongings_of_routine(editor.connection, self.quoted)
        take_away(editor, upon)
        self.drop(editor)
        self.create(editor)
        for _, statement in belongings:
            editor.execute(statement, params=None)
        bring_back(editor, upon)


def _unquoted(name: str) -> str:
    return name.replace('"', "")
