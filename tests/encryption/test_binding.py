"""A value that is moved to where it does not belong is refused; one that stays is not touched."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.exceptions import FieldError
from django.db import DataError, models, transaction
from django.test.utils import isolate_apps

from django_schemapatterns.encryption import sealing
from django_schemapatterns.encryption.envelope import take_apart
from django_schemapatterns.exceptions import DecryptionError
from django_schemapatterns.fields import EncryptedField
from django_schemapatterns.models import AuditLog
from tests.encryption.app.models import Account, Customer, Diary, Passport, Person, Supplier, Tenant
from tests.encryption.tools import store, stored

pytestmark = pytest.mark.django_db


def two(model: str) -> tuple[Any, Any]:
    if model == "diary":
        return Diary.objects.create(text="one"), Diary.objects.create(text="two")
    if model == "passport":
        people = Person.objects.create(), Person.objects.create()
        return tuple(Passport.objects.create(person=each, number=str(each.pk)) for each in people)  # type: ignore[return-value]
    tenants = Tenant.objects.create(), Tenant.objects.create()
    return tuple(Account.objects.create(tenant=each, iban=f"DE{each.pk}") for each in tenants)  # type: ignore[return-value]


COLUMN = {"diary": "text", "passport": "number", "account": "iban"}


@pytest.mark.parametrize("model", COLUMN)
def test_a_value_of_another_row_or_tenant_is_refused(model: str) -> None:
    one, other = two(model)
    column = COLUMN[model]
    store(one, column, stored(other, column))

    for read in (
        lambda: type(one).objects.get(pk=one.pk),
        lambda: type(one).objects.values_list(column, flat=True).get(pk=one.pk),
        one.refresh_from_db,
    ):
        with pytest.raises(DecryptionError, match="copied from another place") as error:
            read()
    assert error.value.field == f"cryptotests.{type(one).__name__}.{column}"
    assert type(one).objects.get(pk=other.pk) == other


def test_a_value_of_another_row_of_the_tenant_is_not_told_from_its_own() -> None:
    tenant = Tenant.objects.create()
    one, other = (Account.objects.create(tenant=tenant, iban=f"DE{number}") for number in range(2))
    store(one, "iban", stored(other, "iban"))

    assert Account.objects.get(pk=one.pk).iban == "DE1"


def test_a_row_that_changes_its_tenant_takes_its_values_along_by_save_alone() -> None:
    row, other = two("account")
    old = row.tenant

    row.tenant = other.tenant
    row.save()
    assert Account.objects.get(pk=row.pk).iban == f"DE{old.pk}"

    Account.objects.filter(pk=row.pk).update(tenant=old)
    with pytest.raises(DecryptionError):
        Account.objects.get(pk=row.pk)


def test_a_row_whose_bytes_were_kept_takes_its_values_along_too() -> None:
    row, other = two("account")
    row.save()  # knows the key, so that the next one may leave the bytes as they are
    iban = row.iban

    row.tenant = other.tenant
    row.save()

    assert Account.objects.get(pk=row.pk).iban == iban


def test_a_value_of_another_column_is_refused() -> None:
    row = Person.objects.create(note="note", email="a@b.c")
    store(row, "note", stored(row, "email"))

    with pytest.raises(DecryptionError, match=r"Person\.note \(bound to cryptotests_person\.note\)"):
        Person.objects.get()


def test_a_value_of_another_table_is_refused() -> None:
    one, other = Customer.objects.create(phone="1"), Supplier.objects.create(phone="2")
    store(one, "phone", stored(other, "phone"))

    with pytest.raises(DecryptionError):
        Customer.objects.get()
    assert stored(one, "phone_index") != stored(Customer.objects.create(phone="2"), "phone_index")


def test_a_row_that_gets_another_key_loses_its_value_loudly() -> None:
    row = Diary.objects.create(text="t")
    Diary.objects.filter(pk=row.pk).update(id=uuid.uuid4())

    with pytest.raises(DecryptionError):
        Diary.objects.get()


@pytest.mark.parametrize(
    "value", [b"", b"x", b"plain text that somebody wrote", b"SP\x01", b"SP\x02\0\0\0" + b"x" * 40]
)
def test_what_is_no_value_is_refused(value: bytes) -> None:
    person, diary = Person.objects.create(), Diary.objects.create()
    store(person, "note", value)
    store(diary, "text", value)

    for model in (Person, Diary):
        with pytest.raises(DecryptionError):
            model.objects.get()


def test_a_column_can_not_tell_what_it_is_bound_to() -> None:
    one, other = two("diary")
    store(one, "text", f"{stored(other, 'text').hex()} {other.pk}".encode())

    with pytest.raises(DecryptionError):
        Diary.objects.get(pk=one.pk)
    with pytest.raises(FieldError, match="raw SQL and expressions do not tell"):
        Diary.objects.raw("SELECT * FROM cryptotests_diary WHERE id = %s", [one.pk])[0]


def test_the_index_can_not_be_written_past_the_value() -> None:
    row = Person.objects.create(tax_number="1")

    with pytest.raises(DataError), transaction.atomic():
        store(row, "tax_number", b"x")
    with pytest.raises(Exception, match="tax_number_index"), transaction.atomic():
        store(row, "tax_number_index", b"x" * 16)
    envelope = bytearray(stored(row, "tax_number"))
    envelope[6] ^= 1
    store(row, "tax_number", bytes(envelope))
    with pytest.raises(DecryptionError):
        Person.objects.get()


def test_a_row_without_its_key_can_not_be_written() -> None:
    with (
        pytest.raises(FieldError, match=r"Account\.iban is bound to 'tenant', which has no value yet"),
        transaction.atomic(),
    ):
        Account(iban="DE").save()


def test_a_row_that_can_not_be_read_can_be_read_without_the_value_and_deleted() -> None:
    row = Diary.objects.create(text="t", mood=1)
    store(row, "text", b"rubbish")

    assert Diary.objects.defer("text").get().mood == 1
    with pytest.raises(DecryptionError):
        Diary.objects.defer("text").get().text  # noqa: B018
    assert Diary.objects.only("pk").delete()[0] == 1


def test_an_unchanged_value_keeps_its_bytes() -> None:
    row = Diary.objects.create(text="t", mood=1)
    before, entries = stored(row, "text"), AuditLog.objects.count()

    for instance in (row, Diary.objects.get(), Diary(pk=row.pk, text="t", mood=1)):
        instance._state.adding = False
        instance.save()

    assert stored(row, "text") == before
    assert AuditLog.objects.count() == entries
    row.text = "new"
    row.save()
    assert Diary.objects.get().text == "new"
    assert AuditLog.objects.count() == entries + 1


def test_a_key_that_the_database_assigns_is_known_from_the_first_save_on() -> None:
    row = Person.objects.create(note="n")
    assert row.pk
    row.save()
    before, updated = stored(row, "note"), Person.objects.get().updated_at

    Person.objects.get().save()

    assert stored(row, "note") == before
    assert Person.objects.get().updated_at == updated


@isolate_apps("tests.testapp")
def test_a_row_that_is_told_by_another_field_is_known_before_its_key() -> None:
    class Payout(models.Model):  # noqa: DJ008
        uid = models.UUIDField(default=uuid.uuid4)
        iban = EncryptedField(models.CharField(max_length=34), key="pii", bind="row", by="uid")

        class Meta:
            app_label = "testapp"

    def header(row: Payout) -> bytes:
        sealed = sealing.sealed_for(Payout._meta.get_field("iban"), row, row.iban, add=True)  # type: ignore[arg-type]
        return take_apart(sealed.envelope).header

    row = Payout(iban="DE1")
    inserted = header(row)
    row.pk = 7

    assert header(row) == inserted
    assert header(Payout(uid=row.uid, iban="DE2")) != inserted != header(Payout(iban="DE1"))


def test_a_fingerprint_tells_nothing_about_two_rows() -> None:
    one, other = (Diary.objects.create(text="same") for _ in range(2))

    def header(row: Diary) -> bytes:
        return bytes(stored(row, "text")[: 6 + len("development") + 16])

    assert header(one) != header(other)
    assert header(one)[:17] == header(other)[:17]


def test_a_value_that_comes_back_after_another_is_written() -> None:
    row = Diary.objects.create(text="one")
    stale = Diary.objects.get()
    row.text = "two"
    row.save()

    stale.save()

    assert Diary.objects.get().text == "one"


def test_a_copy_of_a_row_has_values_of_its_own() -> None:
    row = Diary.objects.create(text="t")
    row.pk, row._state.adding = uuid.uuid4(), True
    row.save()

    assert set(Diary.objects.values_list("text", flat=True)) == {"t"}
    assert Diary.objects.count() == 2
