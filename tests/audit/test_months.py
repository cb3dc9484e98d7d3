"""The partitions of the log: one a month, made while others write, and with no rights of their own."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from tests.audit.tools import entries, execute, operations, select
from tests.testapp.models import Article

AHEAD = 7
NEXT = (
    f"to_char(now() AT TIME ZONE 'UTC' + interval '{AHEAD} months', '\"schemapatterns.audit_log_\"YYYY_MM')"
)
LATER = f"date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '{AHEAD} months 1 hour'"


@pytest.mark.django_db
def test_every_partition_has_the_indexes_and_the_guards_of_the_log() -> None:
    execute("SELECT schemapatterns.create_audit_partitions(%s)", AHEAD)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relid::regclass::text, (SELECT count(*) FROM pg_index WHERE indrelid = relid), "
            "(SELECT count(*) FROM pg_trigger WHERE tgrelid = relid AND tgenabled = 'A') "
            "FROM pg_partition_tree('schemapatterns.audit_log')"
        )
        found = {(indexes, guards) for _, indexes, guards in cursor.fetchall()}

    assert len(found) == 1
    assert found.pop()[1] == 2


@pytest.mark.django_db
def test_new_partition_gives_nobody_the_rights_that_new_tables_have() -> None:
    execute('CREATE ROLE generous_app; CREATE ROLE "Odd Role"')
    for role in ("generous_app", '"Odd Role"', "PUBLIC"):
        execute(f"ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO {role}")

    execute("SELECT schemapatterns.create_audit_partitions(%s)", AHEAD)

    rights = "SELECT has_table_privilege('generous_app', {}, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
    assert select(rights.format(NEXT)) is False


@pytest.mark.django_db
def test_moving_lines_leaves_no_right_to_change_others() -> None:
    Article.objects.create(title="Oak")
    execute(f"INSERT INTO schemapatterns.audit_log (created_at, operation) SELECT {LATER}, 'P'")

    execute("SELECT schemapatterns.create_audit_partitions(%s)", AHEAD)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute("DELETE FROM schemapatterns.audit_log")


@pytest.mark.django_db
def test_write_without_any_partition_goes_to_the_default() -> None:
    partitions = select(
        "SELECT string_agg(relid::regclass::text, ', ') FROM pg_partition_tree('schemapatterns.audit_log') "
        "WHERE isleaf AND relid <> 'schemapatterns.audit_log_default'::regclass"
    )
    execute(f"DROP TABLE {partitions}")

    Article.objects.create(title="Oak")

    assert operations(Article) == "I"
    assert (
        select("SELECT count(*) FROM schemapatterns.audit_log_default WHERE table_name = 'testapp_article'")
        == 1
    )


@pytest.mark.django_db
def test_months_are_those_of_utc_in_every_session() -> None:
    execute("SET LOCAL TimeZone = 'Pacific/Kiritimati'; SET LOCAL DateStyle = 'SQL, DMY'")

    execute("SELECT schemapatterns.create_audit_partitions(%s)", AHEAD)

    execute("SET LOCAL TimeZone = 'UTC'; SET LOCAL DateStyle = 'ISO'")
    bounds = f"SELECT pg_get_expr(relpartbound, oid) FROM pg_class WHERE oid = {NEXT}::regclass"
    assert " 00:00:00+00') TO (" in select(bounds)


@pytest.fixture
def writer(transactional_db: None) -> Iterator[psycopg.Connection]:
    with psycopg.connect(**{**connection.get_connection_params(), "cursor_factory": None}) as writer:
        yield writer
    for month in range(4, AHEAD + 1):
        name = select(f"SELECT {NEXT.replace(str(AHEAD), str(month), 1)}")
        execute(f"DROP TABLE IF EXISTS {name}")


def test_lines_that_are_written_meanwhile_move_too(writer: psycopg.Connection) -> None:
    writer.execute(
        f"INSERT INTO schemapatterns.audit_log (created_at, operation) SELECT {LATER}, 'P'".encode()
    )
    outcome: list[Any] = []

    def make() -> None:
        try:
            outcome.append(select("SELECT schemapatterns.create_audit_partitions(%s)", AHEAD))
        except DatabaseError as error:
            outcome.append(error)
        finally:
            connection.close()

    maker = threading.Thread(target=make)
    maker.start()
    wait_until("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)")
    writer.commit()
    maker.join()

    assert outcome == [AHEAD - 3]
    assert select("SELECT count(*) FROM schemapatterns.audit_log_default") == 0
    assert len(entries(operation="P")) == 1


def wait_until(condition: str) -> None:
    while not select(condition):
        threading.Event().wait(0.02)
