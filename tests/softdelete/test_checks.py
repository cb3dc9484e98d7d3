"""What the checks find, and what to write instead."""

# ruff: noqa: DJ008 - nobody reads them

from __future__ import annotations

from typing import Any

import django
import pytest
from django.contrib.contenttypes.fields import GenericRelation
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps

from django_schemapatterns import constraints, fields, models as patterns
from django_schemapatterns.softdelete import checks
from django_schemapatterns.softdelete.querysets import SoftDeleteManager
from tests.softdelete.app.models import Login, Note, Product, Review, Sticker, Tagging
from tests.softdelete.tools import execute, select

LABEL = "softtests"


def ids(messages: Any) -> list[str]:
    return [str(message.id).removeprefix("schemapatterns.") for message in messages]


def about(obj: Any) -> list[str]:
    return ids(message for message in checks.check_softdelete() if message.obj == obj)


@pytest.mark.django_db
def test_the_check_is_registered() -> None:
    found = ids(run_checks())

    assert {"W204", "W205", "W208"} <= set(found)
    assert not {"I211", "I212"} & set(found)
    assert {"I211", "I212"} <= set(ids(run_checks(include_deployment_checks=True)))


def test_a_rule_about_all_rows_is_found_and_told_how_to_write() -> None:
    [message] = [each for each in checks.check_softdelete() if each.obj is Login]

    assert message.id == "schemapatterns.W204"
    assert message.hint == 'Write UniqueAlive("name") in Meta.constraints instead.'


@isolate_apps("tests.softdelete.app")
def test_every_kind_of_such_a_rule_is_found() -> None:
    class Profile(patterns.SoftDeleteModel):
        login = models.OneToOneField(Login, models.CASCADE)
        one, two, three = (models.IntegerField() for _ in range(3))
        key = models.UUIDField(unique=True)

        class Meta:
            app_label = LABEL
            unique_together = [("one", "two")]
            constraints = [
                models.UniqueConstraint(fields=["two", "three"], name="total"),
                models.UniqueConstraint(fields=["one"], condition=models.Q(two=1), name="partial"),
                constraints.UniqueAlive("three"),
            ]

    class User(patterns.SoftDeleteModel):
        name = models.CharField(max_length=9, unique=True)
        USERNAME_FIELD = "name"

        class Meta:
            app_label = LABEL

    found = list(checks._unique(Profile))

    assert [str(each.msg).split(" must")[0] for each in found] == [
        "softtests.Profile: login",
        "softtests.Profile: one and two",
        "softtests.Profile: two and three",
    ]
    assert "a ForeignKey instead of the OneToOneField" in str(found[0].hint)
    assert list(checks._unique(User)) == []


@isolate_apps("tests.softdelete.app")
def test_a_child_is_told_that_its_mark_is_in_the_table_of_the_parent() -> None:
    class Person(patterns.SoftDeleteModel):
        class Meta:
            app_label = LABEL

    class Patient(Person):
        number = models.CharField(max_length=9, unique=True)

        class Meta:
            app_label = LABEL

    [message] = checks._unique(Patient)

    assert "in the table of softtests.Person" in str(message.hint)
    assert 'move number there and write UniqueAlive("number")' in str(message.hint)


@isolate_apps("tests.softdelete.app")
def test_managers_that_hide_too_much_or_too_little() -> None:
    class Hiding(patterns.SoftDeleteModel):
        class Meta:
            app_label = LABEL
            base_manager_name = "objects"

    class Showing(patterns.SoftDeleteModel):
        objects = models.Manager()  # type: ignore[assignment]

        class Meta:
            app_label = LABEL

    class Deriving(patterns.SoftDeleteModel):
        objects = SoftDeleteManager()
        others = models.Manager()

        class Meta:
            app_label = LABEL

    assert ids(checks._base_manager(Hiding)) == ["E202"]
    assert ids(checks._default_manager(Showing)) == ["W203"]
    assert [*checks._base_manager(Deriving), *checks._default_manager(Deriving)] == []


def test_foreign_keys_between_kept_and_deleted_rows() -> None:
    assert about(Review._meta.get_field("product")) == ["W205"]
    assert about(Sticker._meta.get_field("parcel")) == ["W208"]
    assert about(Product._meta.get_field("shop")) == []
    assert about(Product._meta.get_field("brand")) == []


def test_foreign_keys_of_apps_whose_migrations_are_not_yours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "is_yours", lambda model: False)

    found = [each for each in checks.check_softdelete() if each.id == "schemapatterns.W206"]

    assert any(
        "softtests.Contract.supplier does not protect rows of softtests.Supplier" in each.msg
        for each in found
    )


@isolate_apps("tests.softdelete.app")
def test_cascades_of_the_database(monkeypatch: pytest.MonkeyPatch) -> None:
    in_database: Any = getattr(models, "DB_CASCADE", models.DO_NOTHING)  # Django 5.2 has no such rule
    monkeypatch.setattr(checks, "DB_CASCADE", in_database)

    class Label(patterns.SoftDeleteModel):
        login: Any = models.ForeignKey(Login, in_database)

        class Meta:
            app_label = LABEL

    assert ids(checks._pointing(Label)) == ["E207"]


@isolate_apps("tests.softdelete.app")
def test_links_that_would_still_be_shown() -> None:
    class Word(models.Model):
        class Meta:
            app_label = LABEL

    class Text(models.Model):
        words: Any = models.ManyToManyField(Word, through="Link")

        class Meta:
            app_label = LABEL

    class Link(patterns.SoftDeleteModel):
        word = models.ForeignKey(Word, models.CASCADE)
        text = fields.AliveForeignKey(Text, models.CASCADE)

        class Meta:
            app_label = LABEL

    [message] = checks._links(Text._meta.get_field("words"))

    assert message.id == "schemapatterns.W209"
    assert message.hint == (
        "Make Link.word an AliveForeignKey. Give Text `objects = Manager.from_queryset(QuerySet)()`. "
        "Give Word `objects = Manager.from_queryset(QuerySet)()`."
    )
    assert Tagging._meta.get_field("page").remote_field.model._meta.local_many_to_many
    assert "W209" not in ids(checks.check_softdelete())


@isolate_apps("tests.softdelete.app")
def test_marks_that_stand_in_the_wrong_table() -> None:
    class Place(models.Model):
        class Meta:
            app_label = LABEL

    class Restaurant(Place, patterns.SoftDeleteModel):
        number = models.IntegerField(unique=True)

        class Meta:
            app_label = LABEL

    class Thing(patterns.SoftDeleteModel):
        class Meta:
            app_label = LABEL

    class Part(Thing):
        number = models.IntegerField(unique=True)

        class Meta:
            app_label = LABEL

    class Screw(patterns.SoftDeleteModel):
        part = models.ForeignKey(Part, models.CASCADE, to_field="number")
        whole = models.ForeignKey(Part, models.CASCADE, related_name="+")

        class Meta:
            app_label = LABEL

    assert ids(checks._tables(Restaurant)) == ["E210"]
    assert [str(each.obj) for each in checks._tables(Screw)] == ["softtests.Screw.part"]
    assert list(checks._tables(Part)) == []


def test_what_is_good_to_know() -> None:
    facts = checks.check_softdelete_facts()

    assert any(
        "goes on doing so when it is soft-deleted: softtests.Product.brand." in each.msg for each in facts
    )
    assert any("behind softtests.Product.notes stay" in each.msg for each in facts)
    assert isinstance(Product._meta.get_field("notes"), GenericRelation)
    assert Note._meta.label not in {each.obj for each in facts}


@isolate_apps("tests.softdelete.app")
@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            {"on_delete": "forbit"},
            r"SoftDelete.on_delete is 'forbit'; it may be soft, forbid, allow. Did you mean 'forbid'\?",
        ),
        ({"ondelete": "soft"}, "there is no soft delete option 'ondelete'; the option is on_delete"),
    ],
)
def test_options_that_do_not_exist(options: dict[str, str], message: str) -> None:
    meta = type("Meta", (), {"app_label": LABEL})
    body = {"__module__": __name__, "Meta": meta, "SoftDelete": type("SoftDelete", (), options)}

    with pytest.raises(django.core.exceptions.ImproperlyConfigured, match=message):
        type("Wrong", (patterns.SoftDeleteModel,), body)


def soft_deletes(found: Any) -> list[str]:
    """The messages about soft deletes, among those of other patterns."""
    return sorted(each for each in ids(found) if each.startswith("W22"))


@pytest.mark.django_db
def test_triggers_that_are_missing_disabled_or_old() -> None:
    assert soft_deletes(run_checks(databases=["default"], tags=["database"])) == []

    execute("SET CONSTRAINTS ALL IMMEDIATE")
    for action, pattern in (
        ("DROP TRIGGER {} ON softtests_product", "soft_delete_cascade_product"),
        ("ALTER TABLE softtests_product DISABLE TRIGGER {}", "soft_delete_mark_"),
        ("COMMENT ON TRIGGER {} ON softtests_product IS 'old'", "soft_delete_begin_"),
    ):
        name = select(
            "SELECT tgname FROM pg_trigger WHERE tgrelid = 'softtests_product'::regclass AND tgname ~ %s",
            pattern,
        )
        execute(action.format(name))

    found = run_checks(databases=["default"], tags=["database"])

    assert soft_deletes(found) == ["W220", "W221", "W222"]
    assert "Variant: the trigger soft_delete_cascade_product on softtests_product is missing" in str(found)
