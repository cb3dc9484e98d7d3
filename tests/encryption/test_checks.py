"""Wrong declarations and dangerous databases are told, with the way out."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection, models
from django.test.utils import isolate_apps

from django_schemapatterns.encryption import keys
from django_schemapatterns.encryption.checks import check_encryption, encrypted_fields
from django_schemapatterns.encryption.database_checks import check_encryption_database
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import BlindIndex, BlindIndexField, EncryptedField
from tests.encryption.app.models import Customer
from tests.encryption.tools import OLD, ring, store

Field = Callable[[], Any]
BY_UID, BY_NO = {"bind": "row", "by": "uid"}, {"bind": "row", "by": "no"}


def ids(*fields: tuple[str, Field], **meta: Any) -> list[str]:
    """The checks that a model with these fields fails."""
    with isolated() as apps:
        body = {
            "__module__": __name__,
            "Meta": type("Meta", (), {"app_label": "testapp", **meta}),
            **{name: field() for name, field in fields},
        }
        model: Any = type("Thing", (models.Model,), body)
        found = [*model.check(), *check_encryption(apps.get_app_configs())]
    return [message.id for message in found if message.id.startswith("schemapatterns")]


def isolated() -> Any:
    return isolate_apps("tests.testapp")


def text(**options: Any) -> Any:
    return models.CharField(max_length=20, **options)


def test_the_models_here_are_fine() -> None:
    assert check_encryption() == []
    assert [message for message in run_checks(tags=["models"]) if "cryptotests" in str(message.obj)] == []


@pytest.mark.parametrize(
    ("base", "expected"),
    [
        (lambda: models.ForeignKey("auth.Group", models.CASCADE), ["schemapatterns.E485"]),
        (models.FileField, ["schemapatterns.E485"]),
        (lambda: models.BigAutoField(primary_key=True), ["schemapatterns.E485"]),
        (lambda: text(db_default="x"), ["schemapatterns.E485"]),
        (lambda: EncryptedField(text(), key="pii"), ["schemapatterns.E485"]),
        (lambda: text(unique=True), ["schemapatterns.E486"]),
        (lambda: text(db_index=True), ["schemapatterns.E486"]),
        (models.DateField, []),
        (lambda: models.JSONField(null=True), []),
    ],
)
def test_what_can_not_be_encrypted_is_told(base: Field, expected: list[str]) -> None:
    assert ids(("secret", lambda: EncryptedField(base(), key="pii"))) == expected


@pytest.mark.parametrize(
    "meta",
    [
        {"unique_together": [("secret", "plain")]},
        {"constraints": [models.UniqueConstraint(fields=["plain", "secret"], name="u")]},
        {"constraints": [models.UniqueConstraint("plain", models.F("secret").desc(), name="u")]},
        {"indexes": [models.Index(fields=["secret"], name="i")]},
    ],
)
def test_what_compares_encrypted_values_in_the_database_is_told(meta: Any) -> None:
    fields = ("secret", lambda: EncryptedField(text(), key="pii", index=BlindIndex())), ("plain", text)
    by_index = models.UniqueConstraint(fields=["plain", "secret_index"], name="u")

    assert ids(*fields, **meta) == ["schemapatterns.E486"]
    assert ids(*fields, constraints=[by_index]) == []


def test_wrong_arguments_are_told_where_they_stand() -> None:
    wrong: Any
    not_a_field: Any = models.CharField
    for wrong, said in (
        ({"bind": "table"}, "bind is 'table'; it may be 'column', 'row', 'tenant'"),
        ({"by": "uid"}, "`by` goes with"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            EncryptedField(text(), key="pii", **wrong)
    with pytest.raises(ConfigurationError, match="takes the field that it encrypts"):
        EncryptedField(not_a_field, key="pii")
    for wrong, said in (
        ({"bits": 100}, "bits is 100"),
        ({"normalize": "upper"}, "normalize is 'upper'"),
        ({"bits": 64, "unique": True}, "unique needs bits of 96"),
    ):
        with pytest.raises(ConfigurationError, match=said):
            BlindIndex(**wrong)


@pytest.mark.parametrize(
    ("more", "options", "expected"),
    [
        ([], {"bind": "row"}, ["schemapatterns.E483"]),
        ([], BY_UID, ["schemapatterns.E484"]),
        ([("uid", lambda: models.UUIDField(default=uuid.uuid4, unique=True))], BY_UID, []),
        ([("uid", lambda: models.UUIDField(default=uuid.uuid4))], BY_UID, ["schemapatterns.E484"]),
        ([("uid", lambda: models.UUIDField(null=True))], BY_UID, ["schemapatterns.E484"]),
        ([("uid", models.DateField)], BY_UID, ["schemapatterns.E484"]),
        ([("no", lambda: models.IntegerField(db_default=1, unique=True))], BY_NO, ["schemapatterns.E483"]),
        ([("id", lambda: models.UUIDField(primary_key=True, default=uuid.uuid4))], {"bind": "row"}, []),
        ([("id", lambda: models.CharField(primary_key=True, max_length=9))], {"bind": "row"}, []),
        ([], {"bind": "tenant"}, ["schemapatterns.E484"]),
        ([("tenant", models.IntegerField)], {"bind": "tenant"}, []),
        ([("owner", models.IntegerField)], {"bind": "tenant", "by": "owner"}, []),
    ],
)  # fmt: skip
def test_what_a_value_is_bound_to_must_be_known_in_time(more: Any, options: Any, expected: list[str]) -> None:
    assert ids(*more, ("secret", lambda: EncryptedField(text(), key="pii", **options))) == expected


def test_a_row_may_be_told_by_a_constraint_or_a_part_of_its_key() -> None:
    uid = "uid", lambda: models.UUIDField(default=uuid.uuid4)
    secret = "secret", lambda: EncryptedField(text(), key="pii", bind="row", by="uid")
    key = "pk", lambda: models.CompositePrimaryKey("uid", "day")

    assert ids(uid, secret, constraints=[models.UniqueConstraint(fields=["uid"], name="u")]) == []
    assert ids(uid, ("day", models.DateField), key, secret) == []


def test_a_row_with_a_key_of_two_columns_needs_another_name() -> None:
    fields = [("a", models.IntegerField), ("b", models.IntegerField)]
    key = ("pk", lambda: models.CompositePrimaryKey("a", "b"))

    assert ids(*fields, key, ("secret", lambda: EncryptedField(text(), key="pii", bind="row"))) == [
        "schemapatterns.E484"
    ]


@pytest.mark.parametrize(
    "base",
    [
        models.BooleanField,
        lambda: text(choices={"a": "A", "b": "B"}),
        lambda: models.CharField(max_length=4),
        models.PositiveSmallIntegerField,
    ],
)
def test_an_index_of_few_values_needs_a_reason(base: Field) -> None:
    def secret(**options: Any) -> Field:
        return lambda: EncryptedField(base(), key="pii", index=BlindIndex(**options))

    assert ids(("secret", secret())) == ["schemapatterns.E488"]
    assert ids(("secret", secret(accept_leakage="they are all the same"))) == []


def test_an_index_without_its_field_is_told() -> None:
    assert "schemapatterns.E487" in ids(("secret_index", BlindIndexField))
    assert "schemapatterns.E487" in ids(("secret", text), ("secret_index", BlindIndexField))


def test_an_order_by_what_has_none_is_told() -> None:
    secret = ("secret", lambda: EncryptedField(text(), key="pii"))

    for ordering in ("-secret", models.F("secret"), models.F("secret").desc(nulls_last=True)):
        assert ids(secret, ordering=["pk", ordering]) == ["schemapatterns.E490"]
    assert ids(secret, ordering=["?", models.F("pk").desc()]) == []


def test_two_columns_with_one_place_are_told() -> None:
    with isolated() as apps:
        same = {name: EncryptedField(text(), key="pii", place="the.same") for name in ("one", "two")}
        body = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "testapp"}), **same}
        type("Thing", (models.Model,), body)
        found = check_encryption(apps.get_app_configs())

    assert [message.id for message in found] == ["schemapatterns.E489"]


def test_missing_and_wrong_keys_are_told_without_showing_them(settings: Any) -> None:
    settings.SCHEMAPATTERNS = {}
    (missing,) = check_encryption()
    with ring(k=OLD[:20]):
        (short,) = check_encryption()

    assert (missing.id, short.id) == ("schemapatterns.E481", "schemapatterns.E482")
    assert "cryptotests.Person.tax_number" in missing.msg
    assert "has no ring 'pii'" in missing.msg
    assert OLD[:20] not in short.msg


def test_a_missing_package_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keys, "is_installed", lambda: False)

    assert [message.id for message in check_encryption()] == ["schemapatterns.E480"]


@pytest.mark.django_db
def test_rows_without_index_are_told() -> None:
    assert database_ids() == []
    row = Customer.objects.create()
    with connection.cursor() as cursor:
        cursor.execute("SELECT level FROM cryptotests_customer")
        envelope = bytes(cursor.fetchone()[0])
    store(row, "level", envelope[:3] + b"\0" + envelope[4:])

    assert database_ids() == ["schemapatterns.W495"]


@pytest.mark.django_db
def test_a_key_in_the_settings_of_the_database_is_told() -> None:
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER DATABASE {name} SET app.encryption_key = 'x'")

    assert database_ids() == ["schemapatterns.W493"]


@pytest.mark.django_db
def test_very_many_values_are_told() -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE pg_class SET reltuples = 1.5e9 WHERE oid = 'cryptotests_passport'::regclass")

    assert database_ids() == ["schemapatterns.W491"]


def database_ids() -> list[str]:
    return [str(message.id) for message in check_encryption_database(databases=["default"])]


def test_every_encrypted_field_is_looked_at() -> None:
    labels = {field.label for field in encrypted_fields()}

    assert {"cryptotests.Person.note", "cryptotests.Customer.phone", "cryptotests.Supplier.phone"} <= labels
