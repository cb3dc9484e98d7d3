"""The log is append-only, for everybody; its partitions are made ahead, and a write never waits for one."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction

from django_schemapatterns import audit
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.context import acting_as
from django_schemapatterns.exceptions import AppendOnly
from tests.audit.tools import entries, execute, last, operations, select
from tests.testapp.models import Article

pytestmark = pytest.mark.django_db

THIS_MONTH = "(SELECT tableoid::regclass::text FROM schemapatterns.audit_log LIMIT 1)"


@contextmanager
def role(name: str) -> Iterator[None]:
    """Act as a database role that may write articles and nothing of the log."""
    execute(f"CREATE ROLE {name}")
    execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON testapp_article TO {name}")
    execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {name}")
    execute(f"GRANT CREATE ON SCHEMA public TO {name}")
    execute(f"GRANT USAGE ON SCHEMA schemapatterns TO {name}")
    execute(f"SET LOCAL ROLE {name}")
    yield
    execute("RESET ROLE")


def refusal(sql: str) -> str:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        execute(sql)
    return str(caught.value)


@pytest.mark.parametrize("table", ["schemapatterns.audit_log", "the partition"])
@pytest.mark.parametrize("replica", [False, True], ids=["origin", "replica"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET user_id = 'x'", "DELETE FROM {}", "TRUNCATE {}"])
def test_log_refuses_every_change(table: str, statement: str, replica: bool) -> None:
    Article.objects.create(title="Oak")
    if replica:
        execute("SET LOCAL session_replication_role = replica")
    target = select(f"SELECT {THIS_MONTH}") if table == "the partition" else table

    message = refusal(statement.format(target))

    assert "The audit log is append-only" in message
    assert len(entries(Article)) == 1


def test_partition_made_later_is_append_only_too() -> None:
    execute("SELECT schemapatterns.create_audit_partitions(5)")
    youngest = select(
        "SELECT to_char(now() AT TIME ZONE 'UTC' + '5 months', '\"schemapatterns.audit_log_\"YYYY_MM')"
    )
    execute(
        "INSERT INTO schemapatterns.audit_log (created_at, operation) "
        "SELECT date_trunc('month', now()) + interval '5 months 1 day', 'P'"
    )

    assert "append-only" in refusal(f"DELETE FROM {youngest}")
    assert "append-only" in refusal(f"TRUNCATE {youngest}")


def test_model_can_not_write_or_delete_an_entry() -> None:
    Article.objects.create(title="Oak")

    with pytest.raises(AppendOnly):
        last(Article).save()
    with pytest.raises(AppendOnly):
        last(Article).delete()


def test_role_without_rights_on_the_log_writes_audited_tables() -> None:
    with role("writer"):
        Article.objects.create(title="Oak")

    assert last(Article).db_role == "writer"


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO schemapatterns.audit_log (operation) VALUES ('P')",
        "SELECT schemapatterns.audit_note('P', 'sneaking')",
        "SELECT schemapatterns.audit_pause('sneaking')",
        "SELECT schemapatterns.audit_maintenance('sneaking')",
        """
        CREATE TEMP TABLE own (id int);
        CREATE TRIGGER own AFTER INSERT ON own REFERENCING NEW TABLE AS new_rows
            FOR EACH STATEMENT EXECUTE FUNCTION schemapatterns.audit_insert_testapp_article()
        """,
    ],
)
def test_role_without_rights_can_neither_forge_nor_silence(statement: str) -> None:
    with role("intruder"):
        message = refusal(statement)

    assert "permission denied" in message


@pytest.mark.parametrize("claim", ["on", "1", "99999999999999999999", "' OR true"])
def test_claimed_pause_is_no_pause(claim: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('schemapatterns.audit_paused', %s, true)", [claim])

    Article.objects.create(title="Oak")

    assert operations(Article) == "I"


def test_claimed_maintenance_is_none() -> None:
    Article.objects.create(title="Oak")
    execute("SET LOCAL schemapatterns.audit_maintained = 'on'")

    assert "append-only" in refusal("DELETE FROM schemapatterns.audit_log")


def test_ignoring_triggers_by_pgtrigger_does_not_silence() -> None:
    pgids = [trigger.get_pgid(Article) for trigger in Article._meta.triggers]  # type: ignore[attr-defined]
    execute(f"SET LOCAL pgtrigger.ignore = '{{{','.join(pgids)}}}'")

    Article.objects.create(title="Oak")

    assert operations(Article) == "I"


def test_pause_leaves_a_note_and_ends() -> None:
    with acting_as(user=7), audit.paused(reason="import"):
        Article.objects.create(title="Oak")
    Article.objects.create(title="Elm")

    [note] = AuditLog.objects.filter(operation="P")
    assert (note.user_id, note.context) == ("7", {"reason": "import"})
    assert [entry.record_label for entry in entries(Article)] == ["Elm"]


def test_pause_within_a_pause_ends_with_the_outer_one() -> None:
    with audit.paused(reason="outer"):
        with audit.paused(reason="inner"):
            Article.objects.create(title="Oak")
        Article.objects.create(title="Elm")
    Article.objects.create(title="Ash")

    assert [entry.record_label for entry in entries(Article)] == ["Ash"]


def test_pause_ends_when_its_block_fails() -> None:
    with pytest.raises(RuntimeError), audit.paused(reason="import"):
        raise RuntimeError
    Article.objects.create(title="Oak")

    assert operations(Article) == "I"
    assert not AuditLog.objects.filter(operation="P").exists()


def test_pause_without_a_reason_is_refused() -> None:
    with pytest.raises(DatabaseError, match="A reason is required"), audit.paused(reason=" "):
        pass


def test_owner_changes_the_log_in_maintenance_and_leaves_a_note() -> None:
    Article.objects.create(title="Oak")

    with audit.maintenance(reason="erasure request 17") as note:
        execute("DELETE FROM schemapatterns.audit_log WHERE operation = 'I'")

    assert operations(Article) == ""
    assert AuditLog.objects.get(pk=note).context == {"reason": "erasure request 17"}
    assert "append-only" in refusal("DELETE FROM schemapatterns.audit_log")


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("app.context", "no json"),
        ("app.context", "[1, 2]"),
        ("app.context", '"text"'),
        ("app.context", '{"a": "\\u0000"}'),
        ("app.context", '{"ip_address": "999.1.2.3"}'),
        ("app.context", '{"user_agent": "' + "x" * 10_000 + '"}'),
        ("app.request_id", "not a uuid"),
        ("app.current_user_id", "' OR 1=1 --"),
    ],
)
def test_garbage_in_the_settings_never_fails_a_write(setting: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [setting, value])

    Article.objects.create(title="Oak")

    entry = last(Article)
    assert entry.operation == "I"
    assert entry.user_id == (value if setting == "app.current_user_id" else None)
    assert entry.request_id is None


def test_address_that_is_none_stays_in_the_context() -> None:
    execute("""SET LOCAL app.context = '{"ip_address": "nowhere", "user_label": "ada"}'""")

    Article.objects.create(title="Oak")

    assert (last(Article).ip_address, last(Article).context) == (None, {"ip_address": "nowhere"})
    assert last(Article).user_label == "ada"


def test_failing_entry_fails_the_write() -> None:
    execute("ALTER TABLE schemapatterns.audit_log ADD CONSTRAINT never CHECK (operation <> 'I') NOT VALID")

    with pytest.raises(DatabaseError, match="never"), transaction.atomic():
        Article.objects.create(title="Oak")

    assert not Article.objects.exists()


def test_shadows_in_the_search_path_are_not_seen() -> None:
    execute("CREATE SCHEMA shadow")
    execute("CREATE FUNCTION shadow.clock_timestamp() RETURNS timestamptz RETURN '1999-01-01'::timestamptz")
    execute(
        "CREATE FUNCTION shadow.to_jsonb(anyelement) RETURNS jsonb LANGUAGE sql AS $$ SELECT '{}'::jsonb $$"
    )
    execute("CREATE TEMP TABLE audit_log (LIKE schemapatterns.audit_log)")
    execute("SET LOCAL search_path = shadow, pg_temp, public, pg_catalog")

    Article.objects.create(title="Oak")

    assert last(Article).created_at.year > 2000
    assert last(Article).changes["title"] == "Oak"
    assert select("SELECT count(*) FROM pg_temp.audit_log") == 0


def test_months_ahead_are_made_by_migrate() -> None:
    months = select(
        "SELECT count(*) FROM generate_series(0, 3) month WHERE to_regclass('schemapatterns.audit_log_' || "
        "to_char(now() AT TIME ZONE 'UTC' + month * interval '1 month', 'YYYY_MM')) IS NOT NULL"
    )

    assert months == 4
    assert select("SELECT schemapatterns.create_audit_partitions(3)") == 0


def test_lines_of_the_default_partition_move_to_their_month() -> None:
    month = "date_trunc('month', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' + interval '5 months'"
    execute(f"INSERT INTO schemapatterns.audit_log (created_at, operation) VALUES ({month} + '1 day', 'P')")
    assert select("SELECT count(*) FROM schemapatterns.audit_log_default") == 1

    made = select("SELECT schemapatterns.create_audit_partitions(5)")

    assert made == 2
    assert select("SELECT count(*) FROM schemapatterns.audit_log_default") == 0
    assert AuditLog.objects.filter(operation="P").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_make_partitions_at_once_make_each_once() -> None:
    made: list[int] = []

    def make() -> None:
        try:
            made.append(select("SELECT schemapatterns.create_audit_partitions(8)"))
        finally:
            connection.close()

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(made) == [0, 0, 0, 5]
    for month in range(4, 9):
        name = select(f"SELECT to_char(now() AT TIME ZONE 'UTC' + interval '{month} months', 'YYYY_MM')")
        execute(f"DROP TABLE schemapatterns.audit_log_{name}")


@pytest.mark.django_db(transaction=True)
def test_flush_empties_the_audited_tables_and_the_plugin_the_log() -> None:
    Article.objects.create(title="Oak")

    execute("TRUNCATE testapp_article CASCADE")

    assert operations(Article) == "IT"


@pytest.mark.django_db(transaction=True)
def test_log_is_empty_after_a_flush() -> None:
    assert not AuditLog.objects.exists()
