"""Encryption by the server itself, with pgcrypto: for those who need it in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from django.db import router
from django.db.migrations.operations.base import Operation, OperationCategory

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema import sql
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.backends.base.schema import BaseDatabaseSchemaEditor
    from django.db.migrations.state import ProjectState

FUNCTIONS: Final = {
    "encrypt_sensitive_data": "text, text",
    "decrypt_sensitive_data": "bytea, text",
}
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


class InstallSensitiveData(Operation):
    """
    Install `schemapatterns.encrypt_sensitive_data(text, text)` and `decrypt_sensitive_data(bytea, text)`.

        operations = [CryptoExtension(), InstallSensitiveData()]

    They are pgcrypto's `pgp_sym_encrypt()` with AES-256, and its counterpart. Their passphrase is in the SQL
    of whoever calls them; prefer an EncryptedField. Nobody but the owner may call them before you grant it.

    Raises ConfigurationError where the extension pgcrypto is missing.
    """

    category = OperationCategory.SQL
    reduces_to_sql = True
    reversible = True

    def state_forwards(self, app_label: str, state: ProjectState) -> None:
        """Change nothing that models know of."""

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if not router.allow_migrate(schema_editor.connection.alias, app_label):
            return
        schema = quote(self._schema(schema_editor))
        for name, arguments in FUNCTIONS.items():
            text = sql.render(sql.load("encryption", name, 1), pgcrypto=schema)
            schema_editor.execute(text, params=None)
            signature = f"schemapatterns.{name}({arguments})"
            schema_editor.execute(f"REVOKE ALL ON FUNCTION {signature} FROM PUBLIC", params=None)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        if router.allow_migrate(schema_editor.connection.alias, app_label):
            for name, arguments in FUNCTIONS.items():
                statement = f"DROP FUNCTION IF EXISTS schemapatterns.{name}({arguments})"
                schema_editor.execute(statement, params=None)

    def describe(self) -> str:
        return "Install encrypt_sensitive_data() and decrypt_sensitive_data()"

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        return type(self).__name__, [], {}

    def _schema(self, editor: BaseDatabaseSchemaEditor) -> str:
        with editor.connection.cursor() as cursor:
            cursor.execute(_WHERE)
            row = cursor.fetchone()
        if row is None and not editor.collect_sql:
            raise ConfigurationError(_MISSING)
        return str(row[0]) if row else "public"


InstallSensitiveData.__module__ = "django_schemapatterns.operations"
