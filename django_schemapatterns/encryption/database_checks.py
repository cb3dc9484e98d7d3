"""Checks of the database about encryption."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from django.core.checks import CheckMessage, Warning as CheckWarning
from django.db import router

from django_schemapatterns.encryption.checks import encrypted_fields
from django_schemapatterns.schema.checks import migrated

if TYPE_CHECKING:
    from django_schemapatterns.encryption.fields import EncryptedField

MANY_VALUES = 2**30  # of the 2**32 that NIST SP 800-38D allows one key with random nonces

_ROWS = "SELECT greatest(reltuples, 0)::bigint FROM pg_class WHERE oid = to_regclass(%s)"
_KEYS_IN_SETTINGS = r"""
SELECT DISTINCT split_part(setting, '=', 1)
FROM pg_db_role_setting, unnest(setconfig) AS setting
WHERE split_part(setting, '=', 1) ~ '\.' AND split_part(setting, '=', 1) ~* '(key|secret|passphrase|password)'
"""
_RAW_ENCRYPTION = r"""
SELECT pg_proc.oid::regprocedure::text FROM pg_proc JOIN pg_language ON pg_language.oid = prolang
WHERE lanname IN ('sql', 'plpgsql') AND prosrc ~* '\m(encrypt|decrypt)(_iv)?\s*\('
      AND EXISTS (SELECT FROM pg_extension WHERE extname = 'pgcrypto')
ORDER BY 1
"""


def check_encryption_database(*, databases: Iterable[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find rows without index, columns with too many values, and keys and ciphers out of place."""
    messages: list[CheckMessage] = []
    for connection in migrated(databases):
        alias = connection.alias
        fields = [field for field in encrypted_fields() if router.allow_migrate_model(alias, field.model)]
        messages += [message for field in fields for message in _check_rows(connection, field)]
        messages += _check_server(connection) if fields else []
    return messages


def _check_rows(connection: Any, field: EncryptedField) -> Iterator[CheckMessage]:
    table = connection.ops.quote_name(field.model._meta.db_table)
    command = f"manage.py reencrypt {field.model._meta.label}.{field.name}"
    with connection.cursor() as cursor:
        if field.index is not None and _lacks_index(cursor, connection, table, field):
            yield CheckWarning(
                f"{field.label}: rows have a value and not its index, so that lookups do not find them.",
                hint=f"Run `{command}`.",
                obj=field,
                id="schemapatterns.W495",
            )
        cursor.execute(_ROWS, [table])
        row = cursor.fetchone()
        if row and row[0] >= MANY_VALUES:
            yield CheckWarning(
                f"{field.label}: about {row[0]:,} values were encrypted with one key, a quarter of what "
                f"is safe.",
                hint=f"Put a new key in front of the ring {field.key!r}, and run `{command}`.",
                obj=field,
                id="schemapatterns.W491",
            )


def _lacks_index(cursor: Any, connection: Any, table: str, field: Any) -> bool:
    value, index = map(connection.ops.quote_name, (field.column, field.index_field.column))
    lacks = f"{value} IS NOT NULL AND ({index} IS NULL OR octet_length({index}) <> %s)"
    cursor.execute(f"SELECT EXISTS (SELECT FROM {table} WHERE {lacks})", [field.index.size])  # noqa: S608
    return bool(cursor.fetchone()[0])


def _check_server(connection: Any) -> Iterator[CheckMessage]:
    with connection.cursor() as cursor:
        cursor.execute(_KEYS_IN_SETTINGS)
        for (name,) in cursor.fetchall():
            yield CheckWarning(
                f"The database keeps the setting {name}, whose name is that of a secret: every role can "
                f"read it.",
                hint=f"Take it away with ALTER DATABASE … RESET {name}, and change the secret.",
                id="schemapatterns.W493",
            )
        cursor.execute(_RAW_ENCRYPTION)
        for (name,) in cursor.fetchall():
            yield CheckWarning(
                f"The function {name} uses pgcrypto's raw encrypt() or decrypt(), which notice no "
                f"tampering and show "
                f"which values are the same.",
                hint="Use an EncryptedField, or pgp_sym_encrypt().",
                id="schemapatterns.W494",
            )
