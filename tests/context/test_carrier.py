"""What the carrier does to single statements, with parameters bound on either side."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from typing import Any

import pgtrigger
import pytest
from django.db import DatabaseError, IntegrityError, connections, transaction
from django.db.models import F, Value
from django.db.models.functions import Concat
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings, strategies as st
from psycopg.sql import SQL, Identifier, Literal

from django_schemapatterns.context import acting_as, install
from django_schemapatterns.context.carrier import Carrier
from tests.context.notes import Note, actors, database_like_default, execute, setting, trail

REQUEST_ID = "6f9619ff-8b86-d011-b42d-00cf4fc964ff"
INSERT = "INSERT INTO context_note (body) VALUES ('a')"


def test_write_carries_user_tenant_request_and_data(using: str) -> None:
    with acting_as(7, tenant="north", request_id=REQUEST_ID, reason="spring sale"):
        Note.objects.using(using).create(body="a")

    assert trail(using) == [("INSERT", "a", "7", "north", REQUEST_ID, {"reason": "spring sale"})]


def test_without_a_context_nobody_acts(using: str) -> None:
    Note.objects.using(using).create(body="a")

    assert trail(using) == [("INSERT", "a", None, None, None, None)]


def test_every_write_of_the_orm_is_carried(using: str) -> None:
    notes = Note.objects.using(using)

    with acting_as(7):
        note = notes.create(body="a")
        note.save()
        notes.bulk_create([Note(body="b"), Note(body="c")])
        notes.bulk_create(
            [Note(pk=note.pk, body="d")], update_conflicts=True, unique_fields=["id"], update_fields=["body"]
        )
        notes.bulk_update([note], ["body"])
        notes.update(body=Concat(F("body"), Value("!")))
        notes.filter(pk=note.pk).delete()

    assert [entry.operation[0] for entry in trail(using)] == list("IUIIUUUUUD")
    assert set(actors(using)) == {"7"}


@pytest.mark.parametrize(
    "sql",
    [
        INSERT,
        f"{INSERT};",
        f"  \n;; {INSERT}",
        f"-- nightly\n/* import /* of */ notes */ {INSERT}",
        "WITH new AS (INSERT INTO context_note (body) VALUES ('a') RETURNING id) SELECT id FROM new",
        "(WITH new AS (INSERT INTO context_note (body) VALUES ('a') RETURNING id) SELECT id FROM new)",
        "MERGE INTO context_note USING (SELECT) s ON false WHEN NOT MATCHED THEN INSERT (body) VALUES ('a')",
        "CALL context_write_by_procedure('a')",
        "DO $$ BEGIN PERFORM context_write('a'); END $$",
        "TRUNCATE context_note",
        "EXPLAIN ANALYZE INSERT INTO context_note (body) VALUES ('a')",
        "SELECT context_write('a')",
        "SELECT public . context_write('taken from a form')",
        "SELECT * FROM \"context_write\"('a')",
        "( SELECT context_write('a') )",
    ],
)
def test_statement_that_may_write_is_carried_in_autocommit(using: str, sql: str) -> None:
    with acting_as(7):
        execute(using, sql)

    assert actors(using) == ["7"]


def test_prepared_statement_is_carried(using: str) -> None:
    execute(using, f"PREPARE write_note AS {INSERT}")

    with acting_as(7):
        execute(using, "EXECUTE write_note")

    assert actors(using) == ["7"]


@pytest.mark.parametrize("first", ["SELECT 1", "SET LOCAL lock_timeout = '1s'", "CREATE TEMP TABLE t ()"])
def test_script_is_carried_for_a_later_write_in_it(notes: None, first: str) -> None:
    with database_like_default("client"), acting_as(7):
        execute("client", f"{first}; INSERT INTO context_note (body) VALUES (';')")

        assert actors("client") == ["7"]


@pytest.mark.parametrize(
    ("sql", "params"),
    [
        ("INSERT INTO context_note (body) SELECT '100%' WHERE 'ab' LIKE 'a%'", None),
        ("INSERT INTO context_note (body) SELECT %s WHERE 'ab' LIKE 'a%%'", ["100%"]),
        ("INSERT INTO context_note (body) VALUES ('100%%')", ()),
        ("INSERT INTO context_note (body) VALUES (%(body)s)", {"body": "100%"}),
    ],
)
def test_percent_signs_mean_what_they_meant(using: str, sql: str, params: Any) -> None:
    with acting_as("7%s", discount="10%", format="%(body)s %% %"):
        execute(using, sql, params)

    [entry] = trail(using)
    assert entry.body == "100%"
    assert entry.user_id == "7%s"
    assert entry.data == {"discount": "10%", "format": "%(body)s %% %"}


@pytest.mark.parametrize(
    "sql",
    [
        INSERT.encode(),
        SQL(INSERT),
        SQL("INSERT INTO {} (body) VALUES ({})").format(Identifier("context_note"), Literal("a")),
        SQL("INSERT INTO context_note (body) VALUES (") + Literal("a") + SQL(")"),
    ],
    ids=["bytes", "SQL", "Composed", "sum"],
)
def test_any_type_of_query_is_carried(using: str, sql: Any) -> None:
    with acting_as(7):
        execute(using, sql)
        execute(using, sql, [])

    assert actors(using) == ["7", "7"]


def test_caller_sees_only_the_results_of_the_statement(using: str) -> None:
    with acting_as(7), connections[using].cursor() as cursor:
        cursor.execute("INSERT INTO context_note (body) VALUES ('a'), ('b') RETURNING body")

        assert cursor.rowcount == 2
        assert [column.name for column in cursor.description] == ["body"]
        assert cursor.fetchall() == [("a",), ("b",)]
        assert not cursor.nextset()


def test_caller_sees_all_the_results_of_a_script(notes: None) -> None:
    with database_like_default("client"), acting_as(7), connections["client"].cursor() as cursor:
        cursor.execute("INSERT INTO context_note (body) VALUES ('a') RETURNING body; SELECT 2; SELECT 3")

        assert cursor.fetchall() == [("a",)]
        assert cursor.nextset()
        assert cursor.fetchall() == [(2,)]
        assert cursor.nextset()
        assert cursor.fetchall() == [(3,)]
        assert not cursor.nextset()


@pytest.mark.parametrize("rows", [[["a"], ["b"]], [{"body": "a"}, {"body": "b"}]], ids=["lists", "dicts"])
def test_executemany_is_carried(using: str, rows: Any) -> None:
    sql = f"INSERT INTO context_note (body) VALUES ({'%(body)s' if isinstance(rows[0], dict) else '%s'})"

    with acting_as(7), connections[using].cursor() as cursor:
        cursor.executemany(sql, rows)
        with transaction.atomic(using):
            cursor.executemany(sql, rows)

    assert actors(using) == ["7"] * 4


@pytest.mark.parametrize(
    "sql",
    [
        "VACUUM context_note",
        "CREATE INDEX CONCURRENTLY IF NOT EXISTS context_note_body ON context_note (body)",
        "DROP INDEX CONCURRENTLY IF EXISTS context_note_body",
        "LISTEN notes",
        "UNLISTEN *",
        "SET lock_timeout = '5s'",
        "SHOW lock_timeout",
        "ANALYZE context_note",
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "CREATE TEMP TABLE note_copy (body text DEFAULT '; delete from context_note')",
        "-- nothing at all",
    ],
)
def test_other_statements_are_left_alone(using: str, sql: str) -> None:
    with acting_as(7), CaptureQueriesContext(connections[using]) as queries:
        execute(using, sql)

    assert [query["sql"] for query in queries] == [sql]


def test_statement_that_must_come_first_in_a_transaction_does(using: str) -> None:
    with acting_as(7), transaction.atomic(using):
        execute(using, "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE")
        execute(using, "SAVEPOINT s")
        execute(using, "LOCK TABLE context_note")
        execute(using, INSERT)
        execute(using, "RELEASE SAVEPOINT s")

    assert actors(using) == ["7"]


@pytest.mark.parametrize("in_transaction", [True, False])
def test_named_cursor_reads_as_ever(using: str, in_transaction: bool) -> None:
    Note.objects.using(using).bulk_create(Note(body=str(number)) for number in range(5))

    with acting_as(7), transaction.atomic(using) if in_transaction else nullcontext():
        bodies = [note.body for note in Note.objects.using(using).order_by("id").iterator(chunk_size=2)]
        assert not setting(using)
        Note.objects.using(using).filter(body="4").delete()

    assert bodies == list("01234")
    assert actors(using) == [None] * 5 + ["7"]


@pytest.mark.parametrize("in_transaction", [True, False])
def test_context_adds_no_query(using: str, in_transaction: bool) -> None:
    with (
        transaction.atomic(using) if in_transaction else nullcontext(),
        acting_as(7),
        CaptureQueriesContext(connections[using]) as queries,
    ):
        Note.objects.using(using).create(body="a")
        Note.objects.using(using).count()
        with connections[using].cursor() as cursor:
            cursor.executemany("INSERT INTO context_note (body) VALUES (%s)", [["b"], ["c"]])

    assert len(queries) == 3
    assert actors(using) == ["7"] * 3


def test_context_travels_with_the_statement_in_one_round_trip(notes: None) -> None:
    with (
        database_like_default("client"),
        acting_as(7),
        CaptureQueriesContext(connections["client"]) as queries,
    ):
        Note.objects.using("client").create(body="a")

    [query] = queries
    assert query["sql"].startswith("SELECT pg_catalog.set_config('app.current_user_id', E'7', true), ")
    assert "; INSERT INTO" in query["sql"]


def test_read_in_autocommit_is_left_alone(using: str) -> None:
    with acting_as(7), CaptureQueriesContext(connections[using]) as queries:
        list(Note.objects.using(using).filter(body__in=["a", "b"]))
        Note.objects.using(using).count()
        Note.objects.using(using).exists()

    assert not any("set_config" in query["sql"] for query in queries)


def test_error_at_the_end_of_the_statement_is_djangos(using: str) -> None:
    with acting_as(7), pytest.raises(IntegrityError):
        Note.objects.using(using).create(body="a", parent_id=-1)

    Note.objects.using(using).create(body="b")
    assert actors(using) == [None]


def test_error_of_the_statement_is_djangos(using: str) -> None:
    with acting_as(7), pytest.raises(DatabaseError, match="does not exist"):
        execute(using, "DELETE FROM missing")


def test_procedure_that_commits_runs_alone(using: str) -> None:
    with acting_as(7):
        execute(using, "CALL context_write_and_commit(%s)", ["a"])

    assert [entry.body for entry in trail(using)] == ["a", "a, after the commit"]
    assert actors(using) == [None, None]


def test_procedure_that_commits_is_refused_in_a_transaction_as_ever(using: str) -> None:
    with (
        acting_as(7),
        pytest.raises(DatabaseError, match="invalid transaction termination"),
        transaction.atomic(using),
    ):
        execute(using, "CALL context_write_and_commit(%s)", ["a"])

    assert trail(using) == []


def test_each_database_has_its_own_carrier(notes: None) -> None:
    with database_like_default("one"), database_like_default("two"), acting_as(7):
        Note.objects.using("one").create(body="a")
        with transaction.atomic("one"), transaction.atomic("two"):
            Note.objects.using("two").create(body="b")
            Note.objects.using("one").create(body="c")
        Note.objects.using("default").create(body="d")

    assert actors("default") == ["7"] * 4


def test_connection_has_one_carrier_for_ever(using: str) -> None:
    connection = connections[using]
    connection.ensure_connection()
    before = list(connection.execute_wrappers)

    install()
    connection.close()
    connection.ensure_connection()
    with acting_as(7):
        execute(using, INSERT)

    assert len([wrapper for wrapper in before if isinstance(wrapper, Carrier)]) == 1
    assert connection.execute_wrappers == before


def test_connection_that_is_open_already_gets_a_carrier(using: str) -> None:
    connection = connections[using]
    connection.ensure_connection()
    connection.execute_wrappers.clear()

    install()
    with acting_as(7):
        execute(using, INSERT)

    assert actors(using) == ["7"]


def test_wrappers_of_others_still_wrap(using: str) -> None:
    seen = []

    def watch(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
        seen.append(params)
        return execute(sql, params, many, context)

    with acting_as(7), connections[using].execute_wrapper(watch):
        Note.objects.using(using).create(body="a")

    assert seen == [("a", None)]
    assert actors(using) == ["7"]


def test_pgtrigger_ignores_triggers_as_ever(notes: None) -> None:
    with acting_as(7, path="/100%s/"), pgtrigger.ignore():
        execute("default", INSERT)
        with transaction.atomic():
            execute("default", INSERT)

    assert actors("default") == ["7", "7"]


def test_a_thousand_nested_contexts_leave_no_state(using: str) -> None:
    with transaction.atomic(using):
        with ExitStack() as stack:
            for depth in range(1000):
                stack.enter_context(acting_as(depth, **{f"key_{depth % 10}": depth}))
            execute(using, INSERT)
        execute(using, INSERT)

    assert actors(using) == ["999", None]
    wrappers = connections[using].execute_wrappers
    assert len([wrapper for wrapper in wrappers if isinstance(wrapper, Carrier)]) == 1


@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=60)
)
def test_any_text_arrives_as_it_was(notes: None, text: str) -> None:
    with transaction.atomic(), acting_as(text, tenant=text, note=text):
        execute("default", INSERT)
        entry = trail("default")[-1]
        transaction.set_rollback(True)

    assert (entry.user_id, entry.tenant_id, entry.data) == (text, text, {"note": text})


def test_query_of_an_unknown_type_is_for_the_driver_to_refuse(using: str) -> None:
    with acting_as(7), pytest.raises(TypeError):
        execute(using, ["no", "query"])

    execute(using, INSERT)
    assert actors(using) == [None]
