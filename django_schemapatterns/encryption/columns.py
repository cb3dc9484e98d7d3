"""How a query reads an encrypted column: together with the column that it is bound to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import FieldError
from django.db.models.expressions import Col

if TYPE_CHECKING:
    from django_schemapatterns.encryption.fields import EncryptedField


class EncryptedCol(Col):
    """A column of envelopes in a query."""

    target: EncryptedField

    def resolve_expression(self, *args: Any, **kwargs: Any) -> Any:
        raise FieldError(
            f"{self.target.label} is encrypted: rows can not be ordered by it, and expressions can not "
            f"use it."
        )

    def select_format(self, compiler: Any, sql: str, params: Any) -> tuple[str, Any]:
        """
        Select the envelope in hexadecimal, a blank, and what it is bound to.

        Bytes are never read like that, so nobody who can only write to the column can forge one.
        """
        binding = self.target.binding_field
        if binding is None:
            return super().select_format(compiler, sql, params)
        bound, more = Col(self.alias, binding).as_sql(compiler, compiler.connection)
        return f"encode({sql}, 'hex') || concat(' ', {bound}::text)", [*params, *more]
