"""The functions that encrypt in the server, where it can; a clear error where it can not."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.state import ProjectState

from django_schemapatterns.encryption.database_checks import check_encryption_database
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.operations import InstallSensitiveData

pytestmark = pytest.mark.django_db

PASSPHRASE = "a passphrase that is long"


def fetch(statement: str, *params: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, params)
        return cursor.fetchone()[0]


def install(*, backwards: bool = False) -> None:
    operation, state = InstallSensitiveData(), ProjectState()
    with connection.schema_editor() as editor:
        run = operation.database_backwards if backwards else operation.database_forwards
        run("testapp", editor, state, state)


def has_pgcrypto() -> bool:
    return bool(fetch("SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgcrypto')"))


def test_the_functions_encrypt_where_there_is_pgcrypto_and_tell_where_not() -> None:
    with pytest.raises(ConfigurationError, match=r"need the extension pgcrypto.*CryptoExtension\(\)"):
        install()
    if not has_pgcrypto():
        return
    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA extensions")
        cursor.execute("CREATE EXTENSION pgcrypto SCHEMA extensions")

    install()

    one, other = (
        fetch("SELECT schemapatterns.encrypt_sensitive_data(%s, %s)", "Grüße", PASSPHRASE) for _ in "12"
    )
    assert one != other
    assert fetch("SELECT schemapatterns.decrypt_sensitive_data(%s, %s)", one, PASSPHRASE) == "Grüße"
    assert fetch("SELECT schemapatterns.encrypt_sensitive_data(NULL, %s)", PASSPHRASE) is None
    assert fetch("SELECT extensions.pgp_key_id(%s)", one) == "SYMKEY"
    tampered = bytes(one)[:-1] + bytes([bytes(one)[-1] ^ 1])
    for wrong in ((one, "another passphrase, long"), (tampered, PASSPHRASE), (b"rubbish", PASSPHRASE)):
        with pytest.raises(DatabaseError), transaction.atomic():
            fetch("SELECT schemapatterns.decrypt_sensitive_data(%s, %s)", *wrong)
    with pytest.raises(DatabaseError, match="16 characters or more"), transaction.atomic():
        fetch("SELECT schemapatterns.encrypt_sensitive_data('x', 'short')")
    function = "schemapatterns.encrypt_sensitive_data(text, text)"
    granted = "SELECT has_function_privilege('pg_monitor', %s, 'EXECUTE')"
    assert fetch(granted, function) is False
    assert [message.id for message in check_encryption_database(databases=["default"])] == []

    install(backwards=True)
    assert fetch("SELECT to_regproc('schemapatterns.encrypt_sensitive_data')::text") is None


def test_raw_encryption_is_told_where_there_is_pgcrypto() -> None:
    with connection.cursor() as cursor:
        if has_pgcrypto():
            cursor.execute("CREATE EXTENSION pgcrypto")
        cursor.execute(
            "CREATE FUNCTION hide(text) RETURNS bytea LANGUAGE plpgsql AS "
            "$$ BEGIN RETURN encrypt($1::bytea, 'key', 'aes'); END $$"
        )

    found = [message.id for message in check_encryption_database(databases=["default"])]

    assert found == (["schemapatterns.W494"] if has_pgcrypto() else [])
