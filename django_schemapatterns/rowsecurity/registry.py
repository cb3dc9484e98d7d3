"""Which models have row security: those that declare it, and those of others that you have registered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.models import Model

    from django_schemapatterns.rowsecurity.constraints import RowSecurity


def row_security_of(model: type[Model]) -> RowSecurity | None:
    """Return the declaration of a model, None where it has none."""
    from django_schemapatterns.rowsecurity.constraints import RowSecurity

    options: Any = model._meta
    return next((each for each in options.constraints if isinstance(each, RowSecurity)), None)
