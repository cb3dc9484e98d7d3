"""Keys and indexes change under running applications, and no value is lost or overlooked."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection, transaction

from django_schemapatterns.encryption.checks import encrypted_fields
from django_schemapatterns.encryption.reencrypt import Outcome, Reencryption
from django_schemapatterns.exceptions import UnknownKey
from django_schemapatterns.fields import BlindIndex
from django_schemapatterns.models import AuditLog
from tests.encryption.app.models import Account, Customer, Diary, Person, Tenant
from tests.encryption.tools import NEW, OLD, OTHER, ring, store, stored

pytestmark = pytest.mark.django_db


def fields(*labels: str) -> list[Any]:
    return [field for field in encrypted_fields() if field.label in labels]


def run(*arguments: str, **options: Any) -> dict[str, Any]:
    """What the command tells as JSON; its exit code under "code"."""
    out, code = StringIO(), 0
    try:
        call_command("reencrypt", *arguments, format="json", stdout=out, stderr=StringIO(), **options)
    except CommandError as error:
        code = error.returncode
        if not out.getvalue():
            raise
    return {**json.loads(out.getvalue()), "code": code}


def key_ids(row: Any, *columns: str) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT schemapatterns.encryption_key(value) FROM unnest(%s::bytea[]) AS value",
            [[stored(row, column) for column in columns]],
        )
        return {key_id for (key_id,) in cursor.fetchall()}


def test_values_get_the_first_key_and_its_index() -> None:
    with ring(old=OLD):
        person = Person.objects.create(tax_number="1", email="A@b.c", note="n")
        diary = Diary.objects.create(text="t", mood=3)
        account = Account.objects.create(tenant=Tenant.objects.create(), iban="DE1")

    with ring(new=NEW, old=OLD):
        assert Person.objects.get(tax_number="1").email == "A@b.c"  # found by both keys meanwhile
        told = run()

    assert told["code"] == 0
    assert told["outcome"]["failed"] == {}
    with ring(new=NEW):  # the old key is gone
        assert Person.objects.get(tax_number="1", email="a@B.C").note == "n"
        assert (Diary.objects.get().text, Diary.objects.get().mood) == ("t", 3)
        assert Account.objects.get(iban="DE1").other == ""
    assert key_ids(person, "tax_number", "email", "note", "phone") == {"new"}
    assert key_ids(diary, "text", "mood") == key_ids(account, "iban") == {"new"}


def test_the_plan_counts_by_key() -> None:
    with ring(old=OLD):
        Person.objects.create(note="1")
        Person.objects.create(note="2")
    with ring(new=NEW, old=OLD):
        Person.objects.create(note="3")
        plan = run("cryptotests.Person.note", "cryptotests.person.tax_number", dry_run=True)
        again = run("cryptotests.Person.note", dry_run=True)

    assert plan["plan"] == [
        {"field": "cryptotests.Person.note", "rows": 3, "stale": 2, "keys": {"new": 1, "old": 2}},
        {"field": "cryptotests.Person.tax_number", "rows": 0, "stale": 0, "keys": {}},
    ]
    assert plan["outcome"] is None
    assert again["plan"][0] == plan["plan"][0]


def test_it_goes_on_where_it_was_stopped() -> None:
    with ring(old=OLD):
        for number in range(7):
            Person.objects.create(note=str(number))

    with ring(new=NEW, old=OLD):
        work = Reencryption(fields("cryptotests.Person.note"), batch_size=3)
        batches: list[int] = []

        def stop(rows: int, label: str) -> None:
            batches.append(rows)
            if len(batches) == 2:
                raise KeyboardInterrupt

        with pytest.raises(KeyboardInterrupt):
            work.run(stop)
        assert work.plan()[0].keys == {"new": 6, "old": 1}
        assert work.run().done == {"cryptotests.Person.note": 1}
        assert work.run().done == {"cryptotests.Person.note": 0}
    with ring(new=NEW):
        assert set(Person.objects.values_list("note", flat=True)) == set("0123456")


def test_what_somebody_writes_meanwhile_stays() -> None:
    with ring(old=OLD):
        rows = [Person.objects.create(note=f"old {number}") for number in range(3)]

    with ring(new=NEW, old=OLD):
        work = Reencryption(fields("cryptotests.Person.note"))
        table = work.tables[0]
        read = table.read

        def read_and_lose_the_race(*args: Any, **kwargs: Any) -> Any:
            found = read(*args, **kwargs)
            Person.objects.filter(pk=rows[1].pk).update(note="newer")
            return found

        table.read = read_and_lose_the_race  # type: ignore[method-assign]
        outcome = work.run()

        assert outcome.done == {"cryptotests.Person.note": 2}
        assert outcome.complete
        assert set(Person.objects.values_list("note", flat=True)) == {"old 0", "newer", "old 2"}


def test_what_can_not_be_read_is_told_and_stays() -> None:
    with ring(lost=OTHER):
        lost = Person.objects.create(note="lost")
    with ring(old=OLD):
        tampered, fine = Person.objects.create(note="x"), Person.objects.create(note="fine")
    store(tampered, "note", stored(tampered, "note")[:-1] + b"\0")
    before = stored(lost, "note"), stored(tampered, "note")

    with ring(new=NEW, old=OLD):
        told = run("cryptotests.Person.note")
        verified = run("cryptotests.Person.note", verify=True)

        assert Person.objects.get(pk=fine.pk).note == "fine"
    failed = told["outcome"]["failed"]
    assert told["code"] == verified["code"] == 1
    assert (told["outcome"]["done"], told["outcome"]["remaining"]) == ({"cryptotests.Person.note": 1}, 0)
    assert "has no key 'lost'" in failed[f"cryptotests.Person.note of {lost.pk}"]
    assert "was changed" in failed[f"cryptotests.Person.note of {tampered.pk}"]
    assert verified["outcome"]["failed"] == failed
    assert (stored(lost, "note"), stored(tampered, "note")) == before


def test_equal_values_of_a_unique_index_are_told() -> None:
    with ring(old=OLD):
        old = Person.objects.create(tax_number="1")
    with ring(new=NEW, old=OLD):
        new = Person.objects.create(tax_number="1")  # under the new key it looks different
        other = Person.objects.create(tax_number="2")

        told = run("cryptotests.Person.tax_number")

    assert told["outcome"]["failed"] == {
        f"cryptotests.Person.tax_number of {old.pk}": "another row has the same value, which has to be unique"
    }
    assert told["code"] == 1
    assert key_ids(new, "tax_number") == key_ids(other, "tax_number") == {"new"}


def test_rows_from_before_the_index_get_one() -> None:
    row = Customer.objects.create(level="a")
    envelope = stored(row, "level")
    without = Customer._meta.get_field("level").clone()
    without.index = None
    without.model, without.name, without.column = Customer, "level", "level"
    from django_schemapatterns.encryption import sealing

    store(row, "level", sealing.envelope(without, "a"))
    assert not Customer.objects.filter(level="a").exists()

    assert run("cryptotests.Customer.level")["outcome"]["done"] == {"cryptotests.Customer.level": 1}

    assert Customer.objects.get(level="a") == row
    assert stored(row, "level") != envelope


def test_everything_can_be_done_again() -> None:
    row = Person.objects.create(note="n")
    before = stored(row, "note")

    assert run("cryptotests.Person.note")["outcome"]["done"] == {"cryptotests.Person.note": 0}
    assert stored(row, "note") == before
    assert run("cryptotests.Person.note", all=True)["outcome"]["done"] == {"cryptotests.Person.note": 1}

    assert stored(row, "note") != before
    assert Person.objects.get().note == "n"


def test_lookups_find_rows_by_the_index_that_they_had_before(monkeypatch: pytest.MonkeyPatch) -> None:
    with ring(old=OLD):
        Person.objects.create(tax_number="Ab")
    field: Any = Person._meta.get_field("tax_number")
    new = BlindIndex(normalize="casefold", bits=160, previous=BlindIndex(unique=True))

    with ring(new=NEW, old=OLD):
        monkeypatch.setattr(field, "index", new)
        Person.objects.create(tax_number="Cd")
        assert [Person.objects.filter(tax_number=text).count() for text in ("Ab", "ab", "cD")] == [1, 0, 1]
        assert run("cryptotests.Person.tax_number", all=True)["code"] == 0
        assert [Person.objects.filter(tax_number=text).count() for text in ("Ab", "ab", "cD")] == [1, 1, 1]
        monkeypatch.setattr(field, "index", BlindIndex(normalize="casefold", bits=160))
        assert Person.objects.filter(tax_number__in=["AB", "CD"]).count() == 2


def on_its_own_connection(action: Callable[..., Any], *arguments: Any) -> Any:
    try:
        return action(*arguments)
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
def test_two_at_once_lose_nothing_that_others_write_or_look_for() -> None:
    with ring(old=OLD):
        rows = Person.objects.bulk_create(Person(tax_number=f"N{n}", note="old") for n in range(200))
    done = threading.Event()

    def look() -> list[int]:
        missed: list[int] = []
        while not done.is_set():
            missed += [n for n in (0, 99, 199) if not Person.objects.filter(tax_number=f"N{n}").exists()]
        return missed

    def write() -> None:
        for row in rows[::5]:
            Person.objects.filter(pk=row.pk).update(note=f"new {row.pk}")

    def reencrypt() -> None:
        Reencryption(fields("cryptotests.Person.tax_number", "cryptotests.Person.note"), batch_size=20).run()

    with ring(new=NEW, old=OLD), ThreadPoolExecutor(4) as pool:
        looking = pool.submit(on_its_own_connection, look)
        try:
            list(pool.map(on_its_own_connection, (reencrypt, reencrypt, write)))
        finally:
            done.set()
        assert looking.result() == []

    with ring(new=NEW):
        found = dict(Person.objects.values_list("tax_number", "note"))
    assert found == {row.tax_number: f"new {row.pk}" if row in rows[::5] else "old" for row in rows}


@pytest.mark.django_db(transaction=True)
def test_a_server_that_ends_the_connection_loses_one_batch_at_most() -> None:
    with ring(old=OLD):
        Person.objects.bulk_create(Person(note=str(number)) for number in range(50))

    def end(rows: int, label: str) -> None:
        with connection.cursor() as cursor, suppress(OperationalError):
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    with ring(new=NEW, old=OLD):
        with pytest.raises(OperationalError):
            Reencryption(fields("cryptotests.Person.note"), batch_size=10).run(end)
        connection.close()
        work = Reencryption(fields("cryptotests.Person.note"), batch_size=10)
        assert work.plan()[0].keys == {"new": 10, "old": 40}
        assert work.run().complete
    with ring(new=NEW):
        assert sorted(map(int, Person.objects.values_list("note", flat=True))) == list(range(50))


def test_the_audit_log_has_a_note_and_no_changes() -> None:
    with ring(old=OLD):
        row = Person.objects.create(note="n")
    last = AuditLog.objects.order_by("-id")[0].pk

    with ring(new=NEW, old=OLD):
        run("cryptotests.Person.note")
        Person.objects.get(pk=row.pk).save()

    entries = AuditLog.objects.filter(pk__gt=last)
    assert not entries.filter(operation="U", changes__has_key="note").exists()
    assert "reencrypt cryptotests.Person.note" in str(list(entries.values()))


def test_names_that_are_wrong_are_told() -> None:
    with pytest.raises(CommandError, match=r"Did you mean cryptotests\.Person\.note"):
        run("cryptotests.Person.nots")
    with pytest.raises(CommandError, match="1 or more"):
        run(batch_size=0)
    with ring(k=OLD[:8]), pytest.raises(CommandError, match="is 6 bytes long"):
        run("cryptotests.Person.note")


def test_the_text_names_fields_keys_and_errors() -> None:
    with ring(old=OLD):
        Person.objects.create(note="n")
    out, err = StringIO(), StringIO()
    with ring(new=NEW), pytest.raises(CommandError, match="Not every value is done"):
        call_command("reencrypt", "cryptotests.Person.note", stdout=out, stderr=err)

    assert "cryptotests.Person.note: 1 to encrypt again (1 with old)" in out.getvalue()
    assert "the ring 'pii' has no key 'old'" in err.getvalue()


def test_rows_that_policies_hide_are_not_left_behind() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE crypto_reader")
        cursor.execute("GRANT USAGE ON SCHEMA public, schemapatterns TO crypto_reader")
        cursor.execute("GRANT SELECT, UPDATE ON cryptotests_customer TO crypto_reader")
        cursor.execute("ALTER TABLE cryptotests_customer ENABLE ROW LEVEL SECURITY")
        cursor.execute("SET LOCAL ROLE crypto_reader")

    with pytest.raises(CommandError, match="policies hide rows"):
        run("cryptotests.Customer.level")


@pytest.mark.django_db(transaction=True)
def test_a_batch_that_somebody_locks_remains(monkeypatch: pytest.MonkeyPatch) -> None:
    from django_schemapatterns.encryption import reencrypt

    monkeypatch.setattr(reencrypt, "LOCK_TIMEOUT", "50ms")
    with ring(old=OLD):
        row = Person.objects.create(note="n")

    locked, release = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Person.objects.select_for_update().get(pk=row.pk)
            locked.set()
            release.wait(30)
        connection.close()

    holder = threading.Thread(target=hold)
    with ring(new=NEW, old=OLD):
        holder.start()
        locked.wait(30)
        outcome: Outcome = Reencryption(fields("cryptotests.Person.note")).run()
        release.set()
        holder.join(30)

        assert (outcome.remaining, outcome.complete) == (1, False)
        assert Reencryption(fields("cryptotests.Person.note")).run().complete


def test_a_key_that_is_taken_away_too_early_is_missed_loudly() -> None:
    with ring(old=OLD):
        Person.objects.create(note="n")

    with ring(new=NEW), pytest.raises(UnknownKey) as error:
        Person.objects.only("note").get()

    assert (error.value.ring, error.value.key_id, error.value.field) == (
        "pii",
        "old",
        "cryptotests.Person.note",
    )
    assert "has no key 'old'" in str(error.value)
