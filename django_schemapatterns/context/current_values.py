"""
What the database knows of whoever acts, as expressions: for conditions of queries and policies, and defaults.

    Order.objects.filter(user=current.user_id)
    department = models.CharField(max_length=20, db_default=current.claim("department"))
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth import get_user_model
from django.db import NotSupportedError
from django.db.models import BigIntegerField, Expression, Field, TextField
from django.utils.deconstruct import deconstructible

from django_schemapatterns.context.sql import literal

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper
    from django.db.models.sql.compiler import SQLCompiler


class CurrentValue(Expression):
    """
    A value that the context tells the database, NULL when it does not.

    output_field: what it is compared with; a field that points at another model stands for that model's key.
    """

    function: ClassVar[str]
    allowed_default = True
    calls_functions = True
    required = False

    def __init__(self, output_field: Field[Any, Any] | None = None) -> None:
        super().__init__(output_field=None if output_field is None else key_field(output_field))

    @property
    def is_typed(self) -> bool:
        """Whether somebody has said what it is compared with."""
        return "output_field" in self.__dict__

    def typed(self, field: Field[Any, Any]) -> CurrentValue:
        """Return the value as one of the type of a field."""
        found = copy(self)
        found.output_field = key_field(field)
        return found

    def strict(self) -> CurrentValue:
        """Return the value as one that fails where nobody has told it."""
        found = copy(self)
        found.required = True
        return found

    def _resolve_output_field(self) -> Field[Any, Any]:
        return BigIntegerField()

    def arguments(self, connection: BaseDatabaseWrapper) -> list[str]:
        """Return the arguments of the function, as SQL."""
        kind = self.output_field.rel_db_type(connection)
        return [f"NULL::{kind}", *(["true"] if self.required else [])]

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **context: Any) -> Any:
        if connection.vendor != "postgresql":
            raise NotSupportedError("PostgreSQL alone knows who acts.")
        call = f"schemapatterns.{self.function}({', '.join(self.arguments(connection))})"
        sql = f"(SELECT {call})" if _may_select(compiler.query) else call
        return sql, []


@deconstructible(path="django_schemapatterns.context.CurrentUserId")
class CurrentUserId(CurrentValue):
    """The primary key of the user who acts; of the type of the user model's, if nothing else is asked."""

    function = "current_user_id"

    def _resolve_output_field(self) -> Field[Any, Any]:
        return key_field(get_user_model()._meta.pk)


@deconstructible(path="django_schemapatterns.context.CurrentTenantId")
class CurrentTenantId(CurrentValue):
    """The primary key of the tenant for whom somebody acts; a bigint, if nothing else is asked."""

    function = "current_tenant_id"


@deconstructible(path="django_schemapatterns.context.CurrentClaim")
class CurrentClaim(CurrentValue):
    """
    Something else that `acting_as()` was told, by its name; a text, if nothing else is asked.

        CurrentClaim("clearance", IntegerField())
    """

    function = "claim"

    def __init__(self, name: str, output_field: Field[Any, Any] | None = None) -> None:
        self.name = name
        super().__init__(output_field)

    def _resolve_output_field(self) -> Field[Any, Any]:
        return TextField()

    def arguments(self, connection: BaseDatabaseWrapper) -> list[str]:
        return [literal(self.name), *super().arguments(connection)]


class Current:
    """Where the expressions are to be had."""

    user_id = CurrentUserId()
    tenant_id = CurrentTenantId()

    def claim(self, name: str, output_field: Field[Any, Any] | None = None) -> CurrentClaim:
        """Return what `acting_as(**{name: …})` said, as a text or as the field says."""
        return CurrentClaim(name, output_field)


current = Current()


def key_field(field: Any) -> Field[Any, Any]:
    """Return the field itself, or the key that it points at."""
    while field.is_relation:
        field = field.target_field
    found: Field[Any, Any] = field
    return found


def _may_select(query: Any) -> bool:
    """
    Return whether the value may be asked for once for all rows, by a subquery.

    Defaults of columns, which are compiled by a query that reads nothing, and CHECK constraints take none.
    """
    return bool(query.alias_map and query.alias_cols) or getattr(query, "is_policy", False)
