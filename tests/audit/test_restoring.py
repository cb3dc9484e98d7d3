"""Whatever state the log knows can be put back."""

from __future__ import annotations

import datetime as dt
import threading
import time
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.exceptions import FieldDoesNotExist
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone
from hypothesis import given, settings, strategies as st
from hypothesis.extra.django import TestCase

from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.exceptions import HistoryIncomplete
from tests.audit.test_history import STEP, plain, take
from tests.audit.tools import entries, execute, last, make_model, operations
from tests.testapp.models import Article, Author, Book, Everything, Place, Restaurant, Stock

pytestmark = pytest.mark.django_db


class RandomHistories(TestCase):
    @settings(max_examples=15, deadline=None)
    @given(st.lists(STEP, min_size=1, max_size=8), st.data())
    def test_each_state_comes_back_exactly(self, steps: list[Any], data: st.DataObject) -> None:
        for step in steps:
            take(*step)
        known = [entry for entry in entries(Everything) if entry.operation in "IU"]
        if not known:
            return
        entry = data.draw(st.sampled_from(known))
        try:
            state = entry.state_after()
        except HistoryIncomplete:
            with pytest.raises(HistoryIncomplete):
                entry.restore_after(small=None)
            return

        restored = entry.restore_after(small=None)

        assert plain(restored) == plain(state)
        assert plain(Everything.objects.get(pk=restored.pk)) == plain(state)


def test_object_becomes_what_it_was_and_the_log_says_so() -> None:
    article = Article.objects.create(title="Oak", price=10, secret="s")
    before = timezone.now()
    Article.objects.update(title="Elm", price=12, views=7, secret="t")

    restored = article.audit.restore(before)

    assert (restored.title, restored.price, restored.views, restored.secret) == ("Oak", 10, 7, "t")
    assert set(last(Article).changed_fields) == {"title", "price"}
    assert last(Article).context == {"restored": f"at {before.isoformat()}"}
    article.audit.restore(timezone.now())
    assert operations(Article) == "IUU"


def test_object_that_is_gone_comes_back_under_its_key() -> None:
    author = Author.objects.create(name="Ann")
    Author.objects.all().delete()

    restored: Any = last(Author).restore_before()

    assert (restored.pk, Author.objects.get().name) == (author.pk, "Ann")
    assert operations(Author) == "IDI"


def test_object_that_is_gone_needs_what_the_log_does_not_hold() -> None:
    article = Article.objects.create(title="Oak", secret="s")
    before = timezone.now()
    Article.objects.all().delete()

    with pytest.raises(HistoryIncomplete, match=r"restore\(…, views=…, secret=…\)"):
        Article(pk=article.pk).audit.restore(before)
    assert not Article.objects.exists()

    with pytest.raises(FieldDoesNotExist, match="vews"):
        Article(pk=article.pk).audit.restore(before, vews=3, secret=None)
    Article(pk=article.pk).audit.restore(before, views=3, secret=None)
    assert Article.objects.values_list("title", "views", "secret").get() == ("Oak", 3, None)


def test_times_that_fields_take_by_themselves_are_those_of_the_past() -> None:
    model = make_model(
        name=models.TextField(default=""),
        made=models.DateTimeField(auto_now_add=True),
        changed=models.DateTimeField(auto_now=True),
    )
    thing = model.objects.create()
    model.objects.all().delete()

    restored: Any = last(model).restore_before()

    assert (restored.made, restored.changed) == (thing.made, thing.changed)

    model.objects.update(name="Elm")
    again: Any = last(model).restore_before()

    assert again.made == thing.made
    assert again.changed > restored.changed


def test_rows_of_several_tables() -> None:
    restaurant = Restaurant.objects.create(name="Oak", stars=1)
    before = timezone.now()
    Restaurant.objects.update(name="Elm", stars=2)

    restored = restaurant.audit.restore(before)
    assert (restored.name, restored.stars) == ("Oak", 1)

    restored.delete()
    restored = Restaurant(pk=restaurant.pk).audit.restore(before)
    assert (restored.name, restored.stars) == ("Oak", 1)
    assert Place.objects.get().pk == restaurant.pk

    restored.delete(keep_parents=True)
    Place.objects.update(name="Fir")
    restored = Restaurant(pk=restaurant.pk).audit.restore(before)
    assert (restored.name, restored.stars) == ("Oak", 1)


def test_row_whose_parents_have_keys_of_their_own_is_refused() -> None:
    """The keys of the second parent are others', and restoring would overwrite those."""
    bases = (Place, Author)
    both = make_model(
        *bases,
        called="PlaceOfAuthor",
        author_ptr=models.OneToOneField(Author, models.CASCADE, parent_link=True),
    )

    with pytest.raises(HistoryIncomplete, match="several parents"):
        both(pk=1).audit.restore(timezone.now())


def test_composite_key() -> None:
    stock = Stock.objects.create(warehouse='No "1"', article_id=5, quantity=1)
    before = timezone.now()
    Stock.objects.all().delete()

    restored = stock.audit.restore(before)

    assert (restored.pk, restored.quantity) == (('No "1"', 5), 1)


def test_proxy() -> None:
    article = Article.objects.create(title="Oak")
    before = timezone.now()
    Article.objects.update(title="Elm")

    assert async_to_sync(article.audit.arestore)(before).title == "Oak"


def test_nothing_was_there() -> None:
    before = timezone.now() - dt.timedelta(days=1)
    article = Article.objects.create(title="Oak")

    with pytest.raises(Article.DoesNotExist, match=r"There was no testapp\.Article"):
        article.audit.restore(before)
    with pytest.raises(Article.DoesNotExist, match="before entry"):
        last(Article).restore_before()
    with pytest.raises(TypeError, match="Restore one object"):
        Article.audit.restore(before)
    assert Article.objects.get().title == "Oak"


def test_entry_that_is_about_no_object() -> None:
    Article.objects.create(title="Oak")
    execute("TRUNCATE testapp_article CASCADE")

    with pytest.raises(HistoryIncomplete):
        AuditLog.objects.get(operation="T", table_name="testapp_article").restore_before()


def test_what_the_database_refuses_leaves_nothing_half_done() -> None:
    author = Author.objects.create(name="Ann")
    Book.objects.create(author=author, title="Oak")
    author.delete()

    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with pytest.raises(IntegrityError), transaction.atomic():
        last(Book).restore_before()
    assert not Book.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_who_restores_waits_for_who_is_changing_the_row() -> None:
    """Else a change that is not committed yet would be overwritten in part, or lost."""
    author = Author.objects.create(name="Ann")
    before, waiting = timezone.now(), threading.Event()

    def restore() -> None:
        try:
            waiting.set()
            author.audit.restore(before)
        finally:
            connection.close()

    thread = threading.Thread(target=restore)
    with transaction.atomic():
        Author.objects.update(name="Bob")
        thread.start()
        waiting.wait()
        until_somebody_waits()
    thread.join()

    assert Author.objects.get().name == "Ann"
    assert [entry.changes["name"] for entry in entries(Author, operation="U")] == [
        ["Ann", "Bob"],
        ["Bob", "Ann"],
    ]
    Author.objects.all().delete()


def until_somebody_waits() -> None:
    """Return when another session waits for a lock."""
    waits = "SELECT pg_backend_pid() = ANY(pg_blocking_pids(pid)) FROM pg_locks WHERE NOT granted"
    for _ in range(2000):
        with connection.cursor() as cursor:
            cursor.execute(waits)
            if any(blocked for (blocked,) in cursor.fetchall()):
                return
        time.sleep(0.005)
    raise AssertionError("nobody waits")
