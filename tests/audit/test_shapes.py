"""Models of every shape are audited: inherited, proxied, registered, written from many sides at once."""

from __future__ import annotations

import re
import threading
from itertools import pairwise
from typing import Any

import pgtrigger
import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command
from django.db import connection, models
from django.db.models import F

from django_schemapatterns import audit, models as patterns
from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.audit.objects import audited_models, options_for
from django_schemapatterns.testing.audit import assert_audited
from example_project.accounts.models import User
from tests.audit.tools import entries, execute, last, make_model, operations
from tests.example.making import make_user
from tests.testapp.models import Article, ArticleProxy, Author, Place, Restaurant, Ticket

pytestmark = pytest.mark.django_db


def test_row_of_two_tables_is_logged_in_both() -> None:
    restaurant = Restaurant.objects.create(name="Oak", stars=1)
    Restaurant.objects.update(name="Elm", stars=2)
    Restaurant.objects.update(stars=3)

    assert [entry.changes for entry in entries(Place)] == [
        {"id": restaurant.pk, "name": "Oak"},
        {"name": ["Oak", "Elm"]},
    ]
    assert [entry.changes for entry in entries(Restaurant)] == [
        {"place_ptr_id": restaurant.pk, "stars": 1},
        {"stars": [1, 2]},
        {"stars": [2, 3]},
    ]
    restaurant.delete()
    assert (last(Place).operation, last(Restaurant).operation) == ("D", "D")
    assert AuditLog.objects.for_object(restaurant.__class__(pk=entries(Place)[0].record_id)).count() == 7


def test_child_with_a_meta_of_its_own_is_audited() -> None:
    Ticket.objects.create(subject="Help", stamp="now")

    assert last(Ticket).changes == {"id": Ticket.objects.get().pk, "subject": "Help", "stamp": "now"}
    assert_audited(Ticket)


def test_proxy_shares_the_audit_of_its_model() -> None:
    article = ArticleProxy.objects.create(title="Oak")

    assert options_for(ArticleProxy) is options_for(Article)
    assert ArticleProxy not in audited_models()
    assert list(AuditLog.objects.for_object(article)) == list(AuditLog.objects.for_model(ArticleProxy))
    assert article.audit.entries().count() == 1


def test_grandchild_of_an_abstract_base_is_audited() -> None:
    class Named(patterns.AuditedModel):
        name = models.TextField()

        class Meta:
            abstract = True
            app_label = "testapp"

    thing = make_model(Named, size=models.IntegerField(default=0))

    thing.objects.create(name="a")

    assert operations(thing) == "I"


def test_model_without_columns_of_its_own_but_the_key_is_audited() -> None:
    thing = make_model()

    thing.objects.create().delete()

    assert operations(thing) == "ID"


@pytest.mark.parametrize("model", [Group, Permission, User.groups.through, Group.permissions.through])
def test_registered_model_is_audited(model: type[models.Model]) -> None:
    assert_audited(model)


def test_rights_of_a_user_are_logged() -> None:
    user, group = make_user(), Group.objects.create(name="editors")

    user.groups.add(group)
    group.user_set.clear()
    group.delete()

    assert operations(User.groups.through) == "ID"
    assert operations(Group) == "ID"


def test_user_with_a_history_can_be_deleted_and_the_history_stays() -> None:
    user = make_user()

    user.delete()

    assert operations(User)[-1] in "UD"
    assert AuditLog.objects.for_object(user.__class__(pk=entries(User)[0].record_id)).exists()


def test_registering_into_the_model_s_own_app_needs_no_proxy() -> None:
    thing = make_model(models.Model)

    audit.register(thing, app_label="testapp")

    assert len(thing._meta.triggers) == 4
    assert thing in audited_models()


def test_trigger_that_changes_the_row_again_leaves_two_entries() -> None:
    thing = make_model(name=models.TextField(), version=models.IntegerField(default=0))
    execute(
        "CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN UPDATE testapp_thing SET version = version + 1 WHERE id = NEW.id; RETURN NULL; END'"
    )
    execute(
        "CREATE TRIGGER again AFTER UPDATE OF name ON testapp_thing FOR EACH ROW EXECUTE FUNCTION again()"
    )
    thing.objects.create(name="a")

    thing.objects.update(name="b")

    assert sorted(str(entry.changes) for entry in entries(thing, operation="U")) == [
        "{'name': ['a', 'b']}",
        "{'version': [0, 1]}",
    ]


def test_commands_of_pgtrigger_know_the_audit(capsys: pytest.CaptureFixture[str]) -> None:
    uri = "testapp.Article:audit_insert"

    def listed() -> str:
        call_command("pgtrigger", "ls", uri)
        return re.sub(r"\x1b\[\d+m", "", capsys.readouterr().out)

    assert listed().startswith("INSTALLED ENABLED")
    call_command("pgtrigger", "disable", uri)
    assert listed().startswith("INSTALLED DISABLED")
    call_command("pgtrigger", "enable", uri)
    call_command("pgtrigger", "uninstall", uri)
    assert listed().startswith("UNINSTALLED")
    call_command("pgtrigger", "install", uri)
    assert listed().startswith("INSTALLED ENABLED")
    assert_audited(Article)


def test_pruning_by_pgtrigger_takes_no_trigger_of_the_audit() -> None:
    call_command("pgtrigger", "prune")
    call_command("pgtrigger", "install")

    for model in (Article, Article.tags.through, Group, Permission, Restaurant):
        assert_audited(model)
    assert operations(AuditLog) == ""


def test_ignoring_by_pgtrigger_does_not_silence() -> None:
    with pgtrigger.ignore("testapp.Article:audit_insert"):
        Article.objects.create(title="Oak")

    assert operations(Article) == "I"


def in_threads(work: Any, count: int = 4) -> None:
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
        except BaseException as error:  # noqa: BLE001 - told below
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


@pytest.mark.django_db(transaction=True)
def test_concurrent_updates_of_a_row_are_logged_in_their_order() -> None:
    author = Author.objects.create(name="0")
    article = Article.objects.create(title="Oak", price=0)

    def count_up() -> None:
        for _ in range(20):
            Article.objects.filter(pk=article.pk).update(price=F("price") + 1)

    in_threads(count_up)

    changes = [entry.changes["price"] for entry in entries(Article)[1:]]
    assert len(changes) == 80
    assert all(before[1] == after[0] for before, after in pairwise(changes))
    assert author.audit.entries().count() == 1
