"""To replace an object of the database where PostgreSQL can, and to be told where it can not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import ProgrammingError, transaction

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor as SchemaEditor


def replaced(editor: SchemaEditor, statement: str, *, refusal: str) -> bool:
    """
    Run CREATE OR REPLACE; returns False where it was refused and the object must be made anew.

    refusal: the SQLSTATE that says so; other errors are raised.
    """
    if editor.collect_sql:
        editor.execute(statement, params=None)
        return True
    try:
        with transaction.atomic(using=editor.connection.alias):
            editor.execute(statement, params=None)
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) != refusal:
            raise
        return False
    return True
