"""What a model says about its audit holds, and what it says wrong is told."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.contrib.postgres.fields import ArrayField, HStoreField
from django.core.exceptions import ImproperlyConfigured
from django.db import ProgrammingError, models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.db.models.lookups import Exact

from django_schemapatterns import audit, models as patterns
from django_schemapatterns.audit.objects import options_for
from django_schemapatterns.audit.options import AuditOptions
from example_project.accounts.models import User
from tests.audit.tools import entries, execute, make_model, operations, select
from tests.example.making import make_user
from tests.testapp.models import Article, Draft, Everything, Tag

pytestmark = pytest.mark.django_db


def whole_log() -> str:
    """Every column of every line."""
    return str(
        select("SELECT coalesce(string_agg(entry::text, ' '), '') FROM schemapatterns.audit_log AS entry")
    )


def test_masked_value_is_nowhere_in_the_log() -> None:
    article = Article.objects.create(title="Oak", secret="hunter2")
    Article.objects.update(secret="hunter3", title="Elm")
    Article.objects.update(secret=None)
    Article.objects.update(secret="hunter4")
    Article.objects.update(id=article.pk + 1)
    Article.objects.all().delete()

    assert "hunter" not in whole_log()
    secrets = [entry.changes["secret"] for entry in entries(Article)]
    mask = "********"
    assert secrets == [mask, [mask, mask], [mask, None], [None, mask], mask, mask, mask]


@pytest.mark.parametrize(
    ("field", "old", "new"),
    [
        (models.IntegerField(null=True), 746_511, 746_512),
        (models.JSONField(null=True), {"key": "746511"}, None),
        (ArrayField(models.TextField(), null=True), ["746511"], ["746512"]),
        (models.BinaryField(null=True), b"746511", b"746512"),
        (models.DecimalField(max_digits=20, decimal_places=2, null=True), Decimal("746511.5"), Decimal(0)),
    ],
)
def test_values_of_any_type_can_be_masked(field: Any, old: Any, new: Any) -> None:
    thing = make_model(options={"mask": ["code"]}, code=field)
    row = thing.objects.create(code=old)

    thing.objects.update(code=new)
    row.delete()

    assert operations(thing) == "IUD"
    assert "746511" not in whole_log()
    assert "3734363531" not in whole_log()


def test_passwords_are_masked_by_themselves() -> None:
    user = make_user()

    user.set_password("battery staple")
    user.save()

    changed = [entry for entry in entries(User) if entry.operation == "U"]
    assert [entry.changes["password"] for entry in changed] == [["********", "********"]]
    assert user.password not in whole_log()


@pytest.mark.parametrize(
    "name", ["password", "passwd", "db_password", "Password", "password_hash", "passphrase"]
)
def test_field_that_is_called_like_a_password_is_masked(name: str) -> None:
    fields: dict[str, Any] = {name: models.TextField()}
    thing = make_model(**fields)

    thing.objects.create(**{name: "hunter2"})

    assert "hunter2" not in whole_log()


@pytest.mark.parametrize("options", [{"mask": ["code"]}, {"exclude": ["code"]}])
def test_hidden_value_stays_hidden_when_its_column_is_renamed_behind_our_back(
    options: dict[str, Any],
) -> None:
    thing = make_model(options=options, code=models.TextField())
    execute("ALTER TABLE testapp_thing RENAME code TO kode")

    execute("INSERT INTO testapp_thing (kode) VALUES ('hunter2')")
    execute("UPDATE testapp_thing SET kode = 'hunter3'")
    execute("DELETE FROM testapp_thing")

    assert operations(thing) == "ID"
    assert "hunter" not in whole_log()


def test_excluded_value_is_nowhere_in_the_log() -> None:
    row = Everything.objects.create(small=12_345, text="a")
    Everything.objects.update(small=12_346, text="b")
    Everything.objects.update(small=12_345)
    row.delete()

    assert operations(Everything) == "IUD"
    assert "12345" not in whole_log()
    assert "12346" not in whole_log()


def test_condition_decides_by_the_row_before_or_after() -> None:
    draft = Draft.objects.create(title="a")
    Draft.objects.update(title="b")
    Draft.objects.update(published=True)
    Draft.objects.update(title="c")
    Draft.objects.update(published=False)
    draft.delete()
    Draft.objects.create(title="d", published=True).delete()

    written = [(entry.operation, sorted(entry.changes)) for entry in entries(Draft)]
    assert written == [
        ("U", ["published"]),
        ("U", ["title"]),
        ("U", ["published"]),
        ("I", ["id", "published", "title"]),
        ("D", ["id", "published", "title"]),
    ]


MATCHING = {
    "text": """it's 50% "off" \\ {{x}} $$ %s""",
    "price": Decimal("9.90"),
    "moment": dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC),
    "tags": ["a", "b"],
    "document": {"kind": "x"},
}


@pytest.mark.parametrize(
    "condition",
    [
        Q(text=MATCHING["text"]),
        Q(text__contains="50%"),
        Q(text__iexact=MATCHING["text"].upper()),  # type: ignore[attr-defined]
        Q(text__regex=r"^it's \d+%"),
        Q(text__in=["x", MATCHING["text"]]),
        Q(price__gt=5) & ~Q(price=Decimal("9.91")),
        Q(price__isnull=False) | Q(text=None),
        Q(price__gt=F("price") - 1),
        Q(moment=MATCHING["moment"]),
        Q(moment__year=2026),
        Q(moment__range=(dt.datetime(2026, 1, 1, tzinfo=dt.UTC), dt.datetime(2026, 1, 2, tzinfo=dt.UTC))),
        Q(tags__contains=["a"]),
        Q(tags__len=2),
        Q(document__kind="x"),
        Q(document__contains={"kind": "x"}),
        Q(document__has_key="kind"),
        Q(Exact(Lower("text"), MATCHING["text"])),
        ~Q(pk__in=[]),
        Q(),
    ],
)
def test_condition_may_use_any_lookup(condition: Q) -> None:
    thing = make_model(
        options={"condition": condition},
        text=models.TextField(),
        price=models.DecimalField(max_digits=10, decimal_places=2),
        moment=models.DateTimeField(),
        tags=ArrayField(models.TextField()),
        document=models.JSONField(),
    )

    thing.objects.create(**MATCHING)

    assert thing.objects.filter(condition).count() == 1
    assert operations(thing) == "I"


def test_condition_that_nothing_meets_logs_nothing() -> None:
    thing = make_model(options={"condition": Q(pk__in=[])})

    thing.objects.create().delete()

    assert operations(thing) == ""


@pytest.mark.parametrize(
    ("condition", "message"),
    [
        (Q(colour="red"), "Cannot resolve keyword 'colour' into field. Choices are: code, id, tag, tag_id"),
        (Q(tag__name="red"), "Joined field references are not permitted in this query"),
    ],
)
def test_condition_on_what_the_table_does_not_have_is_told(condition: Q, message: str) -> None:
    with pytest.raises(ImproperlyConfigured) as caught:
        make_model(
            options={"condition": condition},
            code=models.TextField(),
            tag=models.ForeignKey(Tag, models.CASCADE, related_name="+"),
        )

    assert str(caught.value) == f"testapp.Thing: audit option 'condition': {message}"


def test_condition_that_needs_an_extension_fails_the_migration_and_not_the_writes() -> None:
    with pytest.raises(
        ProgrammingError, match=r"audit condition of public\.testapp_thing can use nothing but"
    ):
        make_model(options={"condition": Q(pairs__has_key="a")}, pairs=HStoreField())


def test_label_names_the_row_when_it_is_gone() -> None:
    thing = make_model(
        options={"label": ["first", "last"]},
        first=models.TextField(null=True),
        last=models.TextField(null=True),
    )
    row = thing.objects.create(first="Ada", last="Lovelace")
    thing.objects.update(first=None)
    thing.objects.update(last="x" * 300)
    row.delete()
    thing.objects.create()

    labels = [entry.record_label for entry in entries(thing)]
    assert labels == ["Ada Lovelace", "Lovelace", "x" * 200, "x" * 200, None]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"exlude": ["code"]},
            r"no audit option 'exlude'; the options are exclude, mask, condition, label\. Did .* 'exclude'",
        ),
        ({"colour": 1}, r"no audit option 'colour'; the options are exclude, mask, condition, label\.$"),
        (
            {"exclude": ["cod"]},
            r"audit option 'exclude' names 'cod', .* in testapp_thing\. Did you mean 'code'\?",
        ),
        ({"mask": ["zzz"]}, r"audit option 'mask' names 'zzz', .* Its fields are id, code, password\."),
        ({"label": ["tags"]}, r"audit option 'label' names 'tags', which is no field with a column"),
        ({"exclude": 5}, r"Audit\.exclude must be a list of field names, not 5\."),
        ({"mask": [models.TextField]}, r"Audit\.mask must be a list of field names, not "),
        ({"condition": "published"}, r"Audit\.condition must be a Q object, not 'published'\."),
        ({"exclude": ["id"]}, r"can not hide 'id', a part of the primary key"),
        ({"mask": ["id"]}, r"can not hide 'id', a part of the primary key"),
        ({"mask": ["code"], "label": ["code"]}, r"label can not show 'code', it is excluded or masked"),
        ({"label": "password"}, r"label can not show 'password', it is excluded or masked"),
    ],
)
def test_wrong_option_is_told_with_what_is_allowed(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=message):
        make_model(options=options, code=models.TextField(), password=models.TextField())


@pytest.mark.parametrize("option", ["label", "condition"])
def test_virtual_column_can_not_be_asked_since_triggers_do_not_see_it(option: str) -> None:
    virtual = models.GeneratedField(
        expression=Lower("code"), output_field=models.TextField(), db_persist=False
    )
    values = {"label": ["lower"], "condition": Q(lower="a")}

    with pytest.raises(ImproperlyConfigured, match=f"audit option '{option}' .*'lower', a virtual column"):
        make_model(options={option: values[option]}, code=models.TextField(), lower=virtual)


def test_one_name_may_stand_without_a_list() -> None:
    thing = make_model(options={"exclude": "code"}, code=models.TextField())

    assert options_for(thing).exclude == ("code",)  # type: ignore[union-attr]


def test_options_are_inherited_and_extended_like_any_class() -> None:
    class Base(patterns.AuditedModel):
        code = models.TextField()

        class Audit:
            exclude = ["code"]

        class Meta:
            abstract = True
            app_label = "testapp"

    class Audit(Base.Audit):
        label = ["title"]

    inherited = make_model(Base, called="Inherited")
    extended = make_model(Base, called="Extended", options=Audit, title=models.TextField())

    assert options_for(inherited) == AuditOptions(exclude=("code",))
    assert options_for(extended) == AuditOptions(exclude=("code",), label=("title",))


def test_model_can_not_be_registered_twice() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"auth\.Group is audited already"):
        audit.register(Group)


def test_registration_out_of_an_app_asks_for_the_app() -> None:
    thing = make_model(models.Model)

    with pytest.raises(
        ImproperlyConfigured,
        match=r"tests\.audit\.test_options, which belongs to no installed app: pass app_label",
    ):
        audit.register(thing)


def test_wrong_option_of_a_registration_is_told() -> None:
    thing = make_model(models.Model)

    with pytest.raises(
        ImproperlyConfigured, match=r"audit\.register\(testapp\.Thing\): there is no audit option 'masks'"
    ):
        audit.register(thing, app_label="testapp", masks=["a"])
