"""Encryption by the server itself, with pgcrypto: for those who need it in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema import sql
from django_schemapatterns.schema.functions import InstallSQL
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_WHERE = (
    "SELECT nspname FROM pg_extension JOIN pg_namespace n ON n.oid = extnamespace WHERE extname = 'pgcrypto'"
)
_MISSING = (
    "The functions encrypt_sensitive_data() and decrypt_sensitive_data() need the extension pgcrypto, which "
    "this database does not have. Put django.contrib.postgres.operations.CryptoExtension() before "
    "InstallSensitiveData() in the migration, or have an administrator run CREATE EXTENSION pgcrypto. "
    "Where the "
    "server has no pgcrypto, use an EncryptedField, which needs nothing of it."
)


class InstallSensitiveData(InstallSQL):
    """
    Install `schemapatterns.encrypt_sensitive_data(text, text)` and `decrypt_sensitive_data(bytea, text)`.

        operations = [CryptoExtension(), InstallSensitiveData()]

    They are pgcrypto's `pgp_sym_encrypt()` with AES-256, and its counterpart. Their passphrase is in the SQL
    of whoever calls them; prefer an EncryptedField. Nobody but the owner may call them before you grant it.

    Raises ConfigurationError where the extension pgcrypto is missing.
    """

    def __init__(self) -> None:
        super().__init__("encryption", ["encrypt_sensitive_data.v1", "decrypt_sensitive_data.v1"])

    def describe(self) -> str:
        return "Install encrypt_sensitive_data() and decrypt_sensitive_data()"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {}

    def _install(self, file: str, schema_editor: BaseDatabaseSchemaEditor) -> list[str]:
        text, *_comment = super()._install(file, schema_editor)
        function = f"schemapatterns.{file.removesuffix('.v1')}"
        return [
            sql.render(text, pgcrypto=quote(self._schema(schema_editor))),
            f"REVOKE ALL ON FUNCTION {function} FROM PUBLIC",
        ]

    def _schema(self, schema_editor: BaseDatabaseSchemaEditor) -> str:
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_WHERE)
            row = cursor.fetchone()
        if row is None and not schema_editor.collect_sql:
            raise ConfigurationError(_MISSING)
        return str(row[0]) if row else "public"


InstallSensitiveData.__module__ = "django_schemapatterns.operations"
