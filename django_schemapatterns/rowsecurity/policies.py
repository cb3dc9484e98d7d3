"""Policies as PostgreSQL knows them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django_schemapatterns import conf
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.rowsecurity.compiler import Condition
from django_schemapatterns.rowsecurity.requirements import fields_on, paths_of
from django_schemapatterns.rowsecurity.rules import COMMANDS, Allow
from django_schemapatterns.schema.names import literal, quote, shorten
from django_schemapatterns.schema.roles import role_name

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor
    from django.db.models import Model

    from django_schemapatterns.rowsecurity.constraints import RowSecurity

COMMENT = "django-schemapatterns"
WALL = "wall"
BYPASS = "bypass"
OWNER = "owner"


@dataclass(frozen=True, kw_only=True)
class Policy:
    """One policy of a table; using and check are SQL, None where the command has none."""

    name: str
    command: str
    roles: tuple[str, ...]
    using: str | None = None
    check: str | None = None
    restrictive: bool = False

    def create(self, table: str) -> list[str]:
        """Return the statements that make it; the table is quoted."""
        kind = "RESTRICTIVE" if self.restrictive else "PERMISSIVE"
        head = f"CREATE POLICY {quote(self.name)} ON {table} AS {kind} FOR {self.command.upper()}"
        comment = f"COMMENT ON POLICY {quote(self.name)} ON {table} IS {literal(COMMENT)}"
        return [f"{head}{self._clauses()}", comment]

    def drop(self, table: str) -> str:
        return drop(self.name, table)

    def becomes(self, new: Policy, table: str) -> list[str]:
        """Return the statements that make this policy the new one of the same name."""
        if self == new:
            return []
        if (self.command, self.restrictive) != (new.command, new.restrictive):
            return [self.drop(table), *new.create(table)]
        return [f"ALTER POLICY {quote(self.name)} ON {table}{new._clauses()}"]

    def _clauses(self) -> str:
        using = "" if self.using is None else f" USING ({self.using})"
        check = "" if self.check is None else f" WITH CHECK ({self.check})"
        return f" TO {', '.join(map(quote, self.roles))}{using}{check}"


def changes(before: Iterable[Policy], after: Iterable[Policy], table: str) -> list[str]:
    """Return the statements that make the policies of a table those of today, walls first."""
    old = {each.name: each for each in before}
    new = {each.name: each for each in after}
    kept: list[str] = []
    for each in sorted(new.values(), key=lambda policy: not policy.restrictive):
        was = old.get(each.name)
        kept += was.becomes(each, table) if was else each.create(table)
    gone = [each for name, each in old.items() if name not in new]
    return [
        *(each.drop(table) for each in gone if not each.restrictive),
        *kept,
        *(each.drop(table) for each in gone if each.restrictive),
    ]


def role_names(given: Iterable[str]) -> tuple[str, ...]:
    """Return the names of roles that are given by what the setting ROLES calls them, or by name."""
    return tuple(dict.fromkeys(map(role_name, given)))


def program_roles() -> tuple[str, ...]:
    """Return the roles of programs, which policies are for if they do not say for whom."""
    return role_names(["readwrite", "readonly"])


def policies_of(declaration: RowSecurity, model: type[Model], editor: SchemaEditor) -> list[Policy]:
    """Return what a declaration says about the table of a model, as policies."""
    found = [*_wall(declaration, model, editor), *_bypass(declaration), *_owner()]
    for allow in declaration.allows:
        found += _allowed(allow, declaration, model, editor)
    return found


def names_of(declaration: RowSecurity) -> list[str]:
    """Return the names of the policies of a declaration."""
    wall = [f"{WALL}_{command}" for command in COMMANDS] if declaration.wall else []
    bypass = [BYPASS] if declaration.bypass else []
    owner = [each.name for each in _owner()]
    allowed = [_name(allow, command) for allow in declaration.allows for command in allow.commands]
    return [*wall, *bypass, *owner, *allowed]


def drop(name: str, table: str) -> str:
    """Return the statement that drops a policy of a table."""
    return f"DROP POLICY IF EXISTS {quote(name)} ON {table}"


def _name(allow: Allow, command: str) -> str:
    return shorten(f"{allow.name}_{command}")


def roles_of(declaration: RowSecurity) -> tuple[str, ...]:
    """Return the roles that the policies of a declaration are for, without those that pass by."""
    passing = role_names(declaration.bypass)
    named = [role_names(allow.to) or program_roles() for allow in declaration.allows]
    roles = dict.fromkeys([*program_roles(), *(role for roles in named for role in roles)])
    return tuple(role for role in roles if role not in passing)


def conditions_of(declaration: RowSecurity, model: type[Model]) -> Iterator[Condition]:
    """Return the conditions that a declaration consists of."""
    strict = declaration.missing == "raise"
    for allow in declaration.allows:
        for q in (allow.using, allow.check):
            if q:
                yield Condition(q, model, strict=strict, place=_place(allow, model))
    if declaration.wall:
        yield Condition(
            declaration.wall.condition, model, strict=strict, place=f"Wall() of {model._meta.label}"
        )


def _place(allow: Allow, model: type[Model]) -> str:
    return f"Allow({allow.name!r}) of {model._meta.label}"


def _allowed(
    allow: Allow, declaration: RowSecurity, model: type[Model], editor: SchemaEditor
) -> Iterator[Policy]:
    place = _place(allow, model)
    using = _sql(allow.using, declaration, model, editor, place)
    check = using if allow.check is allow.using else _sql(allow.check, declaration, model, editor, place)
    for command in allow.commands:
        yield Policy(
            name=_name(allow, command),
            command=command,
            roles=role_names(allow.to) or program_roles(),
            **_clauses(command, using, check),
        )


def _wall(declaration: RowSecurity, model: type[Model], editor: SchemaEditor) -> Iterator[Policy]:
    if declaration.wall is None:
        return
    place = f"Wall() of {model._meta.label}"
    refuse_nullable(declaration.wall.condition, model, place)
    sql = _sql(declaration.wall.condition, declaration, model, editor, place)
    for command in COMMANDS:
        yield Policy(
            name=f"{WALL}_{command}",
            command=command,
            roles=roles_of(declaration),
            restrictive=True,
            **_clauses(command, sql, sql),
        )


def _bypass(declaration: RowSecurity) -> Iterator[Policy]:
    if roles := role_names(declaration.bypass):
        yield Policy(name=BYPASS, command="all", roles=roles, using="true", check="true")


def _owner() -> Iterator[Policy]:
    """
    Let code that runs as the declared owner see all rows: triggers of ours, and migrations.

    A view of the owner's is no such code: there the user is still the one who asks.
    """
    if conf.get().roles is not None:
        role = role_name("owner")
        runs = f"CURRENT_USER = {literal(role)}"
        yield Policy(name=OWNER, command="all", roles=(role,), using=runs, check=runs)


def _clauses(command: str, using: str, check: str) -> dict[str, Any]:
    return {
        "using": None if command == "insert" else using,
        "check": check if command in {"insert", "update"} else None,
    }


def _sql(q: Any, declaration: RowSecurity, model: type[Model], editor: SchemaEditor, place: str) -> str:
    if q is None or not q:
        return "true"
    return Condition(q, model, strict=declaration.missing == "raise", place=place).sql(editor)


def refuse_nullable(q: Any, model: type[Model], place: str) -> None:
    """Raise a ConfigurationError where a column of a wall may be NULL."""
    for path in paths_of(q):
        field, *_ = fields_on(path, model) or [None]
        if field is not None and getattr(field, "null", False) and field.concrete:
            raise ConfigurationError(
                f"{place}: {field.name} may be NULL, and such rows would be behind the wall for everybody. "
                "Make it null=False."
            )
