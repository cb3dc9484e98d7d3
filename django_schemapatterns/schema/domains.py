"""Domains: types with rules, and the operations that make and change them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace as with_changes
from typing import TYPE_CHECKING, Any

from django.db.migrations.operations.base import OperationCategory

from django_schemapatterns.schema import types
from django_schemapatterns.schema.free import Asks, FreeOperation, Owned, public
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor

_UNPROVEN = "SELECT conname::text FROM pg_constraint WHERE contypid = to_regtype(%s) AND NOT convalidated"


@dataclass(frozen=True)
class Domain(types.UserType):
    """
    A type with rules.

        Domain("percentage", "numeric(5, 2)", {"range": "VALUE >= 0 AND VALUE <= 100"})

    db_type: what values are made of.
    rules: names and conditions on VALUE; the name of the broken one is in the error.
    """

    db_type: str
    rules: Mapping[str, str] = field(default_factory=dict)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        rules = [dict(self.rules)] if self.rules else []
        return "django_schemapatterns.database.Domain", [self.name, self.db_type, *rules], {}

    def create_sql(self, schema: str = "") -> str:
        name = f"{schema}.{self.quoted}" if schema else self.quoted
        checks = [f" CONSTRAINT {quote(rule)} CHECK ({check})" for rule, check in self.rules.items()]
        return f"CREATE DOMAIN {name} AS {self.db_type}{''.join(checks)}"

    def creation(self) -> FreeOperation:
        return CreateDomain(self.name, self.db_type, self.rules)

    def removal(self) -> FreeOperation:
        return DropDomain(self.name, self.db_type, self.rules)

    def changes(self, old: Any, asks: Asks) -> list[FreeOperation]:
        if old.db_type != self.db_type:
            return [ReplaceDomain(self.name, self.db_type, self.rules, old.db_type, old.rules)]
        alteration = AlterDomain(self.name, self.rules, old.rules)
        proof = [ValidateDomain(self.name)] if _new(self.rules, old.rules) else []
        return [alteration, *proof]


class _DomainOperation(types.TypeOperation):
    """What is said by a name, a type and rules."""

    def __init__(self, name: str, db_type: str, rules: Mapping[str, str] | None = None) -> None:
        self.name = name
        self.db_type = db_type
        self.rules = dict(rules or {})

    @property
    def declared(self) -> Domain:
        return Domain(self.name, self.db_type, self.rules)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name, self.db_type, self.rules], {}


@public
class CreateDomain(_DomainOperation, types.CreateType):
    """
    Create a domain; one of this name that is there already must be the same.

        CreateDomain("percentage", "numeric(5, 2)", {"range": "VALUE >= 0 AND VALUE <= 100"})
    """

    def reduce(self, operation: Any, app_label: str) -> Any:
        same = isinstance(operation, FreeOperation) and operation.name == self.name
        if same and isinstance(operation, AlterDomain | ReplaceDomain):
            return [CreateDomain(self.name, getattr(operation, "db_type", self.db_type), operation.rules)]
        if same and isinstance(operation, ValidateDomain):
            return [self]
        return super().reduce(operation, app_label)


@public
class DropDomain(_DomainOperation, types.DropType):
    """Drop a domain that no column has any more; rules are for the way back."""


@public
class AlterDomain(FreeOperation):
    """
    Change the rules of a domain for what is written from now on; `ValidateDomain` looks at the rest.

        AlterDomain("percentage", {"range": "VALUE >= 0"}, {"range": "VALUE >= 0 AND VALUE <= 100"})

    rules, old_rules: all of them, by name.
    """

    category = OperationCategory.ALTERATION

    def __init__(self, name: str, rules: Mapping[str, str], old_rules: Mapping[str, str]) -> None:
        self.name = name
        self.rules = dict(rules)
        self.old_rules = dict(old_rules)

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        owner, old = objects[self.name]
        objects[self.name] = Owned(owner, with_changes(old, rules=self.rules))

    def forwards(self, editor: SchemaEditor) -> None:
        self._alter(editor, self.old_rules, self.rules)

    def backwards(self, editor: SchemaEditor) -> None:
        self._alter(editor, self.rules, self.old_rules)

    def reduce(self, operation: Any, app_label: str) -> Any:
        if isinstance(operation, AlterDomain) and operation.name == self.name:
            return [AlterDomain(self.name, operation.rules, self.old_rules)]
        return super().reduce(operation, app_label)

    def describe(self) -> str:
        return f"Alter the rules of domain {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"alter_{self.name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name, self.rules, self.old_rules], {}

    def _alter(self, editor: SchemaEditor, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        domain = f"ALTER DOMAIN {quote(self.name)}"
        for rule in _new(old, new):
            editor.execute(f"{domain} DROP CONSTRAINT {quote(rule)}", params=None)
        for rule, check in _new(new, old).items():
            editor.execute(f"{domain} ADD CONSTRAINT {quote(rule)} CHECK ({check}) NOT VALID", params=None)


@public
class ValidateDomain(FreeOperation):
    """
    Prove that what is stored obeys the rules that `AlterDomain` has added.

        ValidateDomain("percentage")

    In a migration of its own: it reads whole tables, and nobody should wait for its locks longer than that.
    """

    category = OperationCategory.ALTERATION
    when = "after"
    commit = "before"

    def __init__(self, name: str) -> None:
        self.name = name

    def forwards(self, editor: SchemaEditor) -> None:
        for rule in self._unproven(editor):
            editor.execute(f"ALTER DOMAIN {quote(self.name)} VALIDATE CONSTRAINT {quote(rule)}", params=None)

    def backwards(self, editor: SchemaEditor) -> None:
        """Nothing has changed but what is known."""

    def describe(self) -> str:
        return f"Validate the rules of domain {self.name}"

    @property
    def migration_name_fragment(self) -> str:
        return f"validate_{self.name}"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [self.name], {}

    def _unproven(self, editor: SchemaEditor) -> list[str]:
        domain = Domain(self.name, "")
        with editor.connection.cursor() as cursor:
            cursor.execute(_UNPROVEN, [domain.quoted])
            rules = [rule for (rule,) in cursor.fetchall()]
        arrays = [column for column in types.columns_of(editor.connection, domain) if column.is_array]
        for column in arrays:
            _read_array(editor, column, domain)
        # PostgreSQL proves no rule of a domain that arrays are made of; it keeps the rule all the same.
        return [] if arrays else rules


@public
class ReplaceDomain(_DomainOperation):
    """
    Change what the values of a domain are made of, which writes every table that has it anew.

        ReplaceDomain("score", "numeric(7, 2)", {}, "numeric(5, 2)", {})
    """

    category = OperationCategory.ALTERATION

    def __init__(
        self,
        name: str,
        db_type: str,
        rules: Mapping[str, str],
        old_db_type: str,
        old_rules: Mapping[str, str],
    ) -> None:
        super().__init__(name, db_type, rules)
        self.old = Domain(name, old_db_type, dict(old_rules))

    def fold(self, app_label: str, objects: dict[str, Owned]) -> None:
        objects[self.name] = Owned(objects[self.name].app_label, self.declared)

    def forwards(self, editor: SchemaEditor) -> None:
        types.replace(editor, self.old, self.declared, through=self.old.db_type)

    def backwards(self, editor: SchemaEditor) -> None:
        types.replace(editor, self.declared, self.old, through=self.declared.db_type)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return (
            type(self).__name__,
            [self.name, self.db_type, self.rules, self.old.db_type, dict(self.old.rules)],
            {},
        )


def _new(rules: Mapping[str, str], than: Mapping[str, str]) -> dict[str, str]:
    return {rule: check for rule, check in rules.items() if than.get(rule) != check}


def _read_array(editor: SchemaEditor, column: types.Column, domain: Domain) -> None:
    """Check each item of an array by turning it into text and back."""
    items = f"{quote(column.name)}::text::{domain.quoted}[]"
    editor.execute(f"SELECT count({items}) FROM {column.table}", params=None)  # noqa: S608 - quoted names
