"""Who acts within a transaction, as contexts and savepoints come and go."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, IntegrityError, NotSupportedError, connections, models, transaction
from django.db.models import F, Func
from django.test.utils import CaptureQueriesContext
from django.utils.functional import SimpleLazyObject
from psycopg import IsolationLevel

from django_schemapatterns.context import acting_as, bind
from django_schemapatterns.exceptions import SchemaPatternsError, TransactionRequired
from tests.context.notes import Note, actors, database_like_default, execute, setting, trail

User: Any = get_user_model()


def write(using: str, body: str = "a") -> None:
    execute(using, "INSERT INTO context_note (body) VALUES (%s)", [body])


def test_leaving_a_context_takes_it_back_in_the_same_transaction(using: str) -> None:
    with transaction.atomic(using):
        with acting_as(7, reason="sale"):
            write(using)
        write(using)

    assert [(entry.user_id, entry.data) for entry in trail(using)] == [
        ("7", {"reason": "sale"}),
        (None, None),
    ]


def test_leaving_an_inner_context_restores_the_outer_one(using: str) -> None:
    with transaction.atomic(using), acting_as(7, tenant="north", reason="sale"):
        with acting_as(8, page=2):
            write(using)
        write(using)

    inner, outer = trail(using)
    assert (inner.user_id, inner.tenant_id, inner.data) == ("8", "north", {"reason": "sale", "page": 2})
    assert (outer.user_id, outer.tenant_id, outer.data) == ("7", "north", {"reason": "sale"})


def test_context_ends_with_an_exception(using: str) -> None:
    with transaction.atomic(using):
        with suppress(ZeroDivisionError), acting_as(7):
            write(using)
            raise ZeroDivisionError
        write(using)

    assert actors(using) == ["7", None]


def test_savepoint_rolled_back_takes_the_context_with_it_and_the_next_write_is_told_again(using: str) -> None:
    with transaction.atomic(using), acting_as(7):
        execute(using, "SAVEPOINT before")
        write(using)
        execute(using, "ROLLBACK TO SAVEPOINT before")
        assert setting(using) == ""
        write(using)

    assert actors(using) == ["7"]


def test_savepoint_rolled_back_revives_an_ended_context_and_the_next_write_is_nobodys(using: str) -> None:
    with transaction.atomic(using):
        with acting_as(7):
            write(using)
        execute(using, "SAVEPOINT before")
        write(using)
        execute(using, "ROLLBACK TO SAVEPOINT before")
        assert setting(using) == "7"
        write(using)

    assert actors(using) == ["7", None]


def test_savepoint_rolled_back_past_the_carrier_is_no_matter_either(using: str) -> None:
    with transaction.atomic(using):
        write(using)
        with acting_as(7):
            with connections[using].connection.transaction(force_rollback=True):
                write(using)
            write(using)

    assert actors(using) == [None, "7"]


def test_read_after_a_rolled_back_savepoint_is_told_again(using: str) -> None:
    Note.objects.using(using).create(body="a")

    with transaction.atomic(using), acting_as(7):
        execute(using, "SAVEPOINT before")
        Note.objects.using(using).first()
        execute(using, "ROLLBACK TO SAVEPOINT before")
        list(
            Note.objects.using(using).annotate(
                copy=Func("body", function="context_write", output_field=models.BigIntegerField())
            )
        )

    assert actors(using) == [None, "7"]


def test_good_write_after_a_failed_one(using: str) -> None:
    with transaction.atomic(using), acting_as(7):
        note = Note.objects.using(using).create(body="a")
        with acting_as(8), pytest.raises(IntegrityError), transaction.atomic(using):
            Note.objects.using(using).create(pk=note.pk, body="b")
        write(using)

    assert actors(using) == ["7", "7"]


def test_failed_transaction_says_so_as_ever(using: str) -> None:
    looked_up = []
    with transaction.atomic(using):
        execute(using, "SAVEPOINT before")
        with pytest.raises(DatabaseError, match="does not exist"):
            execute(using, "DELETE FROM missing")
        promise = SimpleLazyObject(lambda: looked_up.append(1))
        with acting_as(promise), pytest.raises(DatabaseError, match="current transaction is aborted"):
            write(using)
        execute(using, "ROLLBACK TO SAVEPOINT before")
        with acting_as(7):
            write(using)

    assert looked_up == []
    assert actors(using) == ["7"]


def test_closed_connection_says_so_as_ever(using: str) -> None:
    with acting_as(7), connections[using].cursor() as cursor:
        connections[using].connection.close()
        with pytest.raises(DatabaseError, match="closed"):
            cursor.execute("INSERT INTO context_note (body) VALUES ('a')")


def test_statement_that_never_left_the_driver_leaves_no_name_behind(using: str) -> None:
    with transaction.atomic(using):
        with acting_as(7), pytest.raises(Exception, match="placeholder"):
            execute(using, "INSERT INTO context_note (body) VALUES (%s)", ["a", "b"])
        write(using)

    assert actors(using) == [None]


def test_nothing_outlives_the_transaction(using: str) -> None:
    with acting_as(7, tenant=1, request_id="a", reason="sale"):
        write(using)
        with transaction.atomic(using):
            write(using)
        with suppress(ZeroDivisionError), transaction.atomic(using):
            write(using)
            raise ZeroDivisionError

        names = ["app.current_user_id", "app.current_tenant_id", "app.request_id", "app.context"]
        assert {setting(using, name) for name in names} == {""}

    with transaction.atomic(using):
        write(using)
    assert actors(using) == ["7", "7", None]


def test_nothing_is_told_before_there_is_something_to_tell(using: str) -> None:
    with CaptureQueriesContext(connections[using]) as queries, transaction.atomic(using):
        write(using)
        with acting_as():
            write(using)

    assert not any("set_config" in query["sql"] for query in queries)


def test_transactions_without_autocommit_are_carried(using: str) -> None:
    transaction.set_autocommit(False, using)
    with acting_as(7):
        write(using)
    transaction.commit(using)
    write(using)
    transaction.commit(using)
    transaction.set_autocommit(True, using)

    assert actors(using) == ["7", None]


@pytest.mark.parametrize("level", [IsolationLevel.REPEATABLE_READ, IsolationLevel.SERIALIZABLE])
def test_stricter_isolation_is_carried(notes: None, level: IsolationLevel) -> None:
    with database_like_default("strict", OPTIONS={"isolation_level": level}), acting_as(7):
        with transaction.atomic("strict"):
            write("strict")

        assert actors("strict") == ["7"]


def test_user_whose_look_up_writes_is_nobody_meanwhile(using: str) -> None:
    def find_user() -> Any:
        write(using, "looked up")
        return User(pk=7)

    with acting_as(SimpleLazyObject(find_user)):
        write(using)

    assert [(entry.body, entry.user_id) for entry in trail(using)] == [("looked up", None), ("a", "7")]


def test_on_commit_callback_acts_for_the_context_that_commits(using: str) -> None:
    with acting_as(7), transaction.atomic(using):
        transaction.on_commit(lambda: write(using, "later"), using=using)

    assert actors(using) == ["7"]


def test_read_in_a_transaction_is_told_once(notes: None) -> None:
    with (
        database_like_default("client"),
        CaptureQueriesContext(connections["client"]) as queries,
        transaction.atomic("client"),
        acting_as(7),
    ):
        list(Note.objects.using("client").all())
        list(Note.objects.using("client").all())
        with acting_as(8):
            list(Note.objects.using("client").all())
        list(Note.objects.using("client").all())

    told = ["set_config" in query["sql"] for query in queries if "FROM" in query["sql"]]
    assert told == [True, False, True, True]


def test_each_transaction_is_told_anew(notes: None) -> None:
    with database_like_default("client"), CaptureQueriesContext(connections["client"]) as queries:
        for user in [7, 7, ""]:
            with transaction.atomic("client"), acting_as(user):
                list(Note.objects.using("client").all())

    told = ["set_config" in query["sql"] for query in queries if "FROM" in query["sql"]]
    assert told == [True, True, False]


def test_read_through_a_function_that_writes_is_carried_in_a_transaction(using: str) -> None:
    Note.objects.using(using).create(body="a")
    copies = (
        Note.objects.using(using)
        .filter(body="a")
        .annotate(copy=Func(F("body"), function="context_write", output_field=models.BigIntegerField()))
    )

    with transaction.atomic(using):
        with acting_as(7):
            list(copies)
        list(copies.order_by("id")[:1])

    assert actors(using) == [None, "7", None]


def copy_into_notes(using: str) -> None:
    with connections[using].cursor() as cursor, cursor.copy("COPY context_note (body) FROM STDIN") as copy:
        copy.write_row(["copied"])


def test_copy_after_bind_is_carried(using: str) -> None:
    with transaction.atomic(using):
        with acting_as(7):
            bind(using)
            copy_into_notes(using)
        bind(using)
        copy_into_notes(using)

    assert actors(using) == ["7", None]


def test_copy_after_any_carried_statement_is_carried(using: str) -> None:
    with transaction.atomic(using), acting_as(7):
        Note.objects.using(using).count()
        copy_into_notes(using)

    assert actors(using) == ["7"]


def test_callproc_and_psycopgs_own_connection_are_carried_after_bind(using: str) -> None:
    with transaction.atomic(using), acting_as(7):
        bind(using)
        with connections[using].cursor() as cursor:
            cursor.callproc("context_write", ["a"])
        connections[using].connection.execute("SELECT context_write('b')")

    assert actors(using) == ["7", "7"]


def test_context_bound_is_taken_back_at_its_end(using: str) -> None:
    with transaction.atomic(using):
        with acting_as(7):
            bind(using)
        write(using)

    assert actors(using) == [None]


def test_bind_without_a_transaction_says_what_to_do(using: str) -> None:
    with pytest.raises(TransactionRequired, match=rf"transaction\.atomic\(using='{using}'\)") as caught:
        bind(using)

    assert isinstance(caught.value, SchemaPatternsError)
    assert isinstance(caught.value, transaction.TransactionManagementError)


@pytest.fixture
def lite(notes: None, tmp_path: Path) -> Iterator[str]:
    file = str(tmp_path / "lite.sqlite3")
    with database_like_default("lite", ENGINE="django.db.backends.sqlite3", NAME=file, OPTIONS={}):
        yield "lite"


def test_bind_on_another_vendors_database_says_so(lite: str) -> None:
    with pytest.raises(NotSupportedError, match="'lite' is none"):
        bind(lite)


def test_another_vendors_database_has_no_carrier(lite: str) -> None:
    with acting_as(7):
        execute(lite, "SELECT 1")

    assert connections[lite].execute_wrappers == []
