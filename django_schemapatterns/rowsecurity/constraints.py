"""The declaration of row security in `Meta.constraints`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

from django.db.migrations import CreateModel

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.rowsecurity.operations import (
    ON,
    AlterRowSecurity,
    DisableRowSecurity,
    EnableRowSecurity,
)
from django_schemapatterns.rowsecurity.policies import Policy, drop, names_of, policies_of
from django_schemapatterns.rowsecurity.requirements import require_roles, required_fields
from django_schemapatterns.rowsecurity.rules import Allow, Wall
from django_schemapatterns.schema.names import NamedByModel, literal, quote
from django_schemapatterns.schema.objects import SchemaObject

if TYPE_CHECKING:
    from django.db.migrations.operations.base import Operation
    from django.db.models import Model


def is_enabled(model_name: str, history: Sequence[Any]) -> bool:
    """Return whether the migrations so far have left a table with row security, declared or not."""
    found = False
    for operation in history:
        if isinstance(operation, DisableRowSecurity) and operation.name_lower == model_name.lower():
            found = False
        elif isinstance(operation, EnableRowSecurity) and operation.name_lower == model_name.lower():
            found = True
        elif isinstance(operation, CreateModel) and operation.name_lower == model_name.lower():
            found = any(isinstance(each, RowSecurity) for each in operation.options.get("constraints", ()))
    return found


NAME = "%(app_label)s_%(class)s_row_security"


class RowSecurity(NamedByModel, SchemaObject):
    """
    Show and change rows only as the parts allow, whoever asks and by whatever program.

        class Meta:
            constraints = [
                RowSecurity(
                    Allow("own", when=Q(user=current.user_id), commands="select insert update"),
                    wall=Wall(tenant=current.tenant_id),
                    bypass=["admin"],
                )
            ]

    allows: what is allowed, each adding to the others. What none allows is refused.
    wall: what must hold for every row in any case.
    bypass: roles that see and change everything, by what SCHEMAPATTERNS["ROLES"] calls them or by name.
    missing: "deny" to show nothing where nobody acts, "raise" to fail with ContextMissing.

    Without the declaration the table stays locked, until a migration runs DisableRowSecurity.
    """

    calls_functions = True
    holds_columns = True

    def __init__(
        self,
        *allows: Allow,
        wall: Wall | None = None,
        bypass: Sequence[str] = (),
        missing: Literal["deny", "raise"] = "deny",
        name: str = NAME,
    ) -> None:
        if not all(isinstance(each, Allow) for each in allows):
            raise ConfigurationError(f"RowSecurity() takes instances of Allow, not {allows!r}.")
        if not allows and not bypass:
            raise ConfigurationError("RowSecurity() without an Allow would let nobody at any row.")
        if isinstance(bypass, str):
            raise ConfigurationError(f"`bypass` is a list of roles, not {bypass!r}.")
        if missing not in {"deny", "raise"}:
            raise ConfigurationError(f"`missing` is 'deny' or 'raise', not {missing!r}.")
        self.allows = allows
        self.wall = wall
        self.bypass = tuple(bypass)
        self.missing = missing
        names = names_of(self)
        if twice := sorted({each for each in names if names.count(each) > 1}):
            raise ConfigurationError(
                f"Two policies would be named {twice[0]!r}: give each Allow its own name."
            )
        super().__init__(name=name)

    def policies(self, model: type[Model], editor: Any) -> list[Policy]:
        """Return its policies."""
        return policies_of(self, model, editor)

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        if schema_editor.connection.vendor != "postgresql":
            return None
        table = quote(model._meta.db_table)
        policies = self.policies(model, schema_editor)
        require_roles(schema_editor, [role for each in policies for role in each.roles])
        created = [statement for each in policies for statement in each.create(table)]
        return ";\n".join([ON.format(table=table), *created, protect_partitions(table)])

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        """Drop the policies and nothing else: without any, nobody whom they are for sees a row."""
        if schema_editor.connection.vendor != "postgresql":
            return None
        table = quote(model._meta.db_table)
        return ";\n".join(drop(name, table) for name in names_of(self))

    def requires(self, model: type[Model]) -> list[tuple[str, str, str]]:
        """Return the fields that the policies are about, as (app label, model, field)."""
        return required_fields(self, model)

    def alteration(self, model_name: str) -> Operation:
        return AlterRowSecurity(model_name, self.name, self)

    def preparation(self, model_name: str, history: Sequence[Operation]) -> list[Operation]:
        return [] if is_enabled(model_name, history) else [EnableRowSecurity(model_name)]

    def deconstruct(self) -> Any:
        kwargs: dict[str, Any] = {"name": self.name}
        if self.wall:
            kwargs["wall"] = self.wall
        if self.bypass:
            kwargs["bypass"] = list(self.bypass)
        if self.missing != "deny":
            kwargs["missing"] = self.missing
        return "django_schemapatterns.constraints.RowSecurity", self.allows, kwargs


def protect_partitions(table: str) -> str:
    """Return the statement that lets nobody read or write the partitions of a table past it."""
    return f"SELECT schemapatterns.protect_partitions({literal(table)}::regclass)"
