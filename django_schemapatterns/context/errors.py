"""What the functions of the context say is wrong, by the names of our exceptions."""

from __future__ import annotations

from typing import Any

from django.db import DataError, ProgrammingError

from django_schemapatterns.exceptions import ContextInvalid, ContextMissing, ContextRefused

NAMED = {"schemapatterns_context": ContextMissing, "schemapatterns_signature": ContextRefused}
FUNCTIONS = ("current_user_id(", "current_tenant_id(", "claim(")


def raise_named(error: ProgrammingError | DataError) -> None:
    """Raise ContextMissing, ContextRefused or ContextInvalid, if the database's error is about who acts."""
    diagnosis: Any = getattr(error.__cause__, "diag", None)
    if diagnosis is None:
        return
    named = NAMED.get(diagnosis.constraint_name)
    if named is not None:
        raise named(f"{diagnosis.message_primary} {diagnosis.message_hint}") from error
    if any(f"function schemapatterns.{name}" in (diagnosis.context or "") for name in FUNCTIONS):
        raise ContextInvalid(
            f"{diagnosis.message_primary}: what acting_as() was given is no key of the type that the "
            "declaration compares it with. Give it the object or its primary key."
        ) from error
