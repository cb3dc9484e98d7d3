"""What is secret does not show: in the audit log, errors, forms, fixtures and migrations."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core import serializers
from django.core.exceptions import FieldError, ImproperlyConfigured, ValidationError
from django.core.management import call_command
from django.db import IntegrityError, models, transaction
from django.db.migrations.writer import MigrationWriter
from django.forms import modelform_factory
from django.test.utils import isolate_apps
from rest_framework.serializers import ModelSerializer

from django_schemapatterns import models as patterns
from django_schemapatterns.encryption import seal, sealing
from django_schemapatterns.exceptions import DecryptionError
from django_schemapatterns.fields import EncryptedField
from django_schemapatterns.models import AuditLog
from django_schemapatterns.schema.errors import as_validation_errors
from tests.encryption.app.models import Account, Customer, Diary, Person, Tenant
from tests.encryption.test_round_trips import EXAMPLES
from tests.encryption.tools import NEW, OLD, reported, ring, store, stored

pytestmark = pytest.mark.django_db

SECRET = "TOP SECRET 7"


def test_the_audit_log_tells_that_and_not_what() -> None:
    row = Person.objects.create(tax_number=SECRET, note=SECRET)
    row.tax_number = None
    row.save()

    created, changed = AuditLog.objects.for_object(row).order_by("id")
    assert created.changes["tax_number"] == created.changes["note"] == "********"
    assert changed.changes["tax_number"] == ["********", None]
    assert "tax_number_index" not in {**created.changes, **changed.changes}
    assert SECRET.encode().hex() not in str(list(AuditLog.objects.values()))


def test_the_audit_log_does_not_name_rows_by_what_is_secret() -> None:
    body = {
        "__module__": __name__,
        "Meta": type("Meta", (), {"app_label": "testapp"}),
        "note": EncryptedField(models.TextField(), key="pii"),
        "Audit": type("Audit", (), {"label": ["note"]}),
    }

    with isolate_apps("tests.testapp"), pytest.raises(ImproperlyConfigured, match="can not show 'note'"):
        type("Thing", (patterns.AuditedModel,), body)


def test_a_row_of_the_past_has_no_secret() -> None:
    row = Person.objects.create(note=SECRET)

    (entry,) = AuditLog.objects.for_object(row)
    assert SECRET not in repr(entry.diff())


def test_validation_is_that_of_the_inner_field() -> None:
    Person(tax_number="AB 1", email="").full_clean()
    with pytest.raises(ValidationError) as error:
        Person(tax_number="x" * 21, email=f"{SECRET} is no address", name="").full_clean()

    assert set(error.value.error_dict) == {"tax_number", "email", "name"}
    assert error.value.message_dict["tax_number"] == [
        "Wrong: ********",
        "Ensure this value has at most 20 characters (it has 21).",
    ]
    assert SECRET not in str(error.value)
    with pytest.raises(ValidationError, match=r"Value '\*{8}' is not a valid choice"):
        Customer(level="platinum").full_clean()
    with pytest.raises(ValidationError, match="cannot be null"):
        Account(tenant_id=1, iban=None).clean_fields()
    with pytest.raises(ValidationError, match=r"“\*{8}” value must be an integer"):
        Diary(mood="seven").full_clean()


def test_a_value_that_has_to_be_unique_is_told_at_its_field() -> None:
    row = Person.objects.create(tax_number="1")
    row.full_clean()

    with pytest.raises(ValidationError) as error:
        Person(tax_number="1").full_clean()
    assert error.value.message_dict == {"tax_number": ["Person with this Tax number already exists."]}
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        Person.objects.create(tax_number="1")
    assert "tax_number_unique" in str(refused.value)
    with pytest.raises(ValidationError) as translated, as_validation_errors(Person):
        Person.objects.create(tax_number="1")
    assert translated.value.message_dict == error.value.message_dict


def test_the_uniqueness_is_looked_for_under_every_key() -> None:
    with ring(old=OLD):
        Person.objects.create(tax_number="1")
    with ring(new=NEW, old=OLD), pytest.raises(ValidationError, match="already exists"):
        Person(tax_number="1").full_clean()


def test_forms_have_the_inputs_of_the_inner_fields() -> None:
    form_class = modelform_factory(Diary, fields="__all__")

    assert {name: type(field).__name__ for name, field in form_class().fields.items()} == {
        "text": "CharField",
        "mood": "IntegerField",
        "day": "DateField",
        "at": "DateTimeField",
        "price": "DecimalField",
        "data": "JSONField",
        "code": "UUIDField",
        "secret": "NullBooleanField",
        "size": "FloatField",
        "takes": "DurationField",
    }
    assert modelform_factory(Customer, fields=["level"])().fields["level"].widget.choices == [
        ("a", "Gold"),
        ("b", "Silver"),
    ]


def test_forms_show_and_save_values() -> None:
    values = {name: value for name, value in EXAMPLES.items() if name not in {"blob", "text"}}
    row = Diary.objects.create(**values, text="text")
    form_class = modelform_factory(Diary, fields="__all__")
    form = form_class(instance=row)
    sent = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}

    again = form_class({**sent, "secret": "false"}, instance=row)
    assert again.is_valid(), again.errors
    assert again.changed_data == []
    again.save()
    assert {name: getattr(Diary.objects.get(), name) for name in values} == values

    other = form_class({**sent, "mood": "8", "day": "2021-01-01"}, instance=row)
    assert set(other.changed_data) >= {"mood", "day"}
    other.save()
    assert (Diary.objects.get().mood, Diary.objects.get().day) == (8, date(2021, 1, 1))


def test_forms_tell_errors() -> None:
    Person.objects.create(tax_number="1")
    form = modelform_factory(Person, fields=["tax_number", "email"])({"tax_number": "1", "email": "nothing"})

    assert form.errors == {
        "email": ["Enter a valid email address."],
        "tax_number": ["Person with this Tax number already exists."],
    }


@pytest.mark.parametrize("form", ["json", "xml", "jsonl"])
def test_fixtures_hold_what_is_encrypted(form: str, tmp_path: Path) -> None:
    person = Person.objects.create(tax_number=SECRET, note=SECRET)
    diary = Diary.objects.create(
        text=SECRET,
        mood=777_777,
        day=date(1999, 9, 9),
        price=Decimal("77777.77"),
        at=datetime(1999, 9, 9, tzinfo=UTC),
    )
    account = Account.objects.create(tenant=Tenant.objects.create(), iban=SECRET)
    file = tmp_path / f"fixture.{form}"
    call_command("dumpdata", "cryptotests", format=form, output=str(file), verbosity=0)
    text = file.read_text()
    for model in (Person, Diary, Account):
        model.objects.all().delete()

    call_command("loaddata", str(file), verbosity=0)

    for leak in (SECRET, "777777", "1999-09-09", "77777.77", "_index"):
        assert leak not in text
    assert Person.objects.get(tax_number=SECRET).note == SECRET
    assert Person.objects.get().pk == person.pk
    loaded = Diary.objects.get(pk=diary.pk)
    assert (loaded.text, loaded.mood, loaded.day, loaded.price) == (
        SECRET,
        777_777,
        date(1999, 9, 9),
        diary.price,
    )
    assert loaded.data is None
    assert Account.objects.get(pk=account.pk).iban == SECRET


def test_a_fixture_under_another_key_or_row_is_refused() -> None:
    with ring(old=OLD):
        person, diary = Person.objects.create(note="n"), Diary.objects.create(text="t")
        text = serializers.serialize("json", [person, diary])
        Person.objects.all().delete()
    documents = json.loads(text)
    documents[1]["pk"] = "00000000-0000-0000-0000-000000000001"

    for loaded in serializers.deserialize("json", json.dumps(documents)):
        loaded.save()

    with pytest.raises(DecryptionError, match="has no key 'old'"):
        Person.objects.only("note").get()
    with ring(old=OLD), pytest.raises(DecryptionError, match="copied from another place"):
        Diary.objects.get(pk="00000000-0000-0000-0000-000000000001")


def test_a_damaged_fixture_is_refused() -> None:
    text = serializers.serialize("json", [Person.objects.create(note="n")]).replace(
        "$encrypted$U1AB", "$encrypted$!"
    )

    (loaded,) = serializers.deserialize("json", text)
    with pytest.raises(DecryptionError, match=r"Person\.\w+: the fixture is damaged"):
        loaded.save()


def test_a_fixture_of_plain_text_is_encrypted() -> None:
    moment = "2020-01-01T00:00Z"
    values = {"name": "Ann", "tax_number": "1", "note": "n", "email": "", "phone": ""}
    times = {"created_at": moment, "updated_at": moment}
    document = [{"model": "cryptotests.person", "pk": 7, "fields": {**values, **times}}]

    for loaded in serializers.deserialize("python", document):
        loaded.save()

    row = Person.objects.get(tax_number="1")
    assert row.note == "n"
    assert stored(row, "note")[:3] == b"SP\x01"


def test_what_somebody_sends_is_never_taken_for_an_envelope() -> None:
    other = Person.objects.create(note=SECRET)
    stolen = Person._meta.get_field("note").value_to_string(other)
    form = modelform_factory(Person, fields=["name", "note"])({"name": "Eve", "note": stolen})

    assert form.is_valid(), form.errors
    assert Person.objects.get(pk=form.save().pk).note == stolen
    Person.objects.update(note=stolen)
    assert Person.objects.get(pk=other.pk).note == stolen


def test_an_api_gives_no_plain_text_and_takes_no_envelope() -> None:
    class PersonSerializer(ModelSerializer):  # type: ignore[misc]
        class Meta:
            model = Person
            fields = ["id", "name", "note", "email"]

    class DiarySerializer(ModelSerializer):  # type: ignore[misc]
        class Meta:
            model = Diary
            fields = ["text", "mood", "day", "data"]

    ann = Person.objects.create(note=SECRET, email="secret@example.com")
    diary = Diary.objects.create(text=SECRET, mood=777_777, day=date(1999, 9, 9), data={"a": SECRET})
    shown = PersonSerializer(ann).data
    text = json.dumps(shown) + json.dumps(DiarySerializer(diary).data)
    for leak in (SECRET, "secret@", "777777", "1999"):
        assert leak not in text

    eve = Person.objects.create(name="Eve")
    sent = PersonSerializer(eve, data={"note": shown["note"], "name": "Eve"}, partial=True)
    assert sent.is_valid(), sent.errors
    sent.save()
    assert Person.objects.get(pk=eve.pk).note == shown["note"]

    sent = PersonSerializer(eve, data={"note": "plain"}, partial=True)
    assert sent.is_valid(), sent.errors
    sent.save()
    assert Person.objects.get(pk=eve.pk).note == "plain"


def test_reports_of_errors_show_no_values() -> None:
    def report(action: Callable[[], Any]) -> str:
        try:
            action()
        except (FieldError, DecryptionError):
            return reported()
        raise AssertionError

    number = Diary.objects.create(mood=1)
    field: Any = Diary._meta.get_field("mood")
    store(number, "mood", sealing.envelope_of(field, SECRET.encode(), str(number.pk).encode()))

    found = report(lambda: Diary.objects.only("mood").get())
    saved = report(Account(iban=SECRET).save)

    assert SECRET not in saved + found


def test_instances_are_copied_and_pickled() -> None:
    row = Diary.objects.create(text="t", day=date(2020, 1, 1))

    for other in (copy.copy(row), copy.deepcopy(row), pickle.loads(pickle.dumps(Diary.objects.get()))):
        assert (other.text, other.day) == ("t", date(2020, 1, 1))
    query = Person.objects.filter(tax_number="1")
    assert not pickle.loads(pickle.dumps(query.query)).annotations


def test_migrations_name_keys_and_hold_none() -> None:
    written = "".join(
        MigrationWriter.serialize(field)[0]
        for model in (Person, Diary, Account, Customer)
        for field in model._meta.local_fields
    )
    file = Path(__file__).parent.joinpath("app/migrations/0001_initial.py").read_text()

    with ring(old=OLD):
        assert "key='pii'" in written
        for text in (written, file):
            assert OLD not in text
            assert "n6QQIak2" not in text


def test_what_shows_a_sealed_value_shows_no_bytes() -> None:
    person = Person.objects.create(note=SECRET)
    sealed: Any = seal(person, "note", SECRET)

    assert repr(sealed.value).startswith("<encrypted value, ")
    assert SECRET not in repr(sealed)
    field: Any = Diary._meta.get_field("mood")
    assert repr(field.value_from_object(Diary(mood=7))) == "********"


def test_a_view_of_the_rows_reads_values_too() -> None:
    from example_project.accounts.models import User, UserProfile

    with isolate_apps("example_project.accounts"):
        reader: Any = patterns.active_model(UserProfile)
    user = User.objects.create(username="ann", email="ann@example.com", first_name="A", last_name="B")
    UserProfile.objects.create(user=user, tax_number=SECRET)

    assert reader.objects.get().tax_number == SECRET
    assert reader.objects.get(tax_number=SECRET.lower()).pk == user.pk
    assert [field.name for field in reader._meta.local_fields].count("tax_number_index") == 1
    assert UserProfile.objects.get(tax_number=SECRET).tax_number == SECRET
