"""An instance has, after save(), what the database wrote."""

from __future__ import annotations

from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.db.models.signals import post_save

from django_schemapatterns.timestamps.fields import RETURNING
from tests.timestamps.app.models import Chapter, Page, PageProxy, Shout
from tests.timestamps.test_ways_to_write import LONG_AGO, TIMES, age

pytestmark = pytest.mark.django_db


def is_right(row: Any) -> bool:
    """Tell whether the instance says what the table does."""
    names = [field.attname for field in row._meta.concrete_fields]
    table: Any = type(row).objects.values(*names).get(pk=row.pk)
    return {name: getattr(row, name) for name in names} == dict(table)


@pytest.mark.parametrize("model", [Page, PageProxy, Chapter, Shout])
def test_save_brings_the_time_along(model: Any) -> None:
    row = model.objects.create()
    assert is_right(row)
    age(row)

    row.title = "new"
    row.save()

    assert is_right(row) or (
        not RETURNING and model is Shout
    )  # Django 5.2 leaves what is generated as it was
    assert max(getattr(row, name) for name in ("updated_at", "changed") if hasattr(row, name)) > LONG_AGO


def test_a_change_of_some_fields_brings_the_time_along() -> None:
    row = Page.objects.create()
    age(row)

    row.title = "new"
    row.save(update_fields=["title"])

    assert is_right(row)
    assert row.updated_at > LONG_AGO


def test_what_was_not_loaded_is_not_written() -> None:
    age(Page.objects.create())
    row = Page.objects.only("title").get()

    row.title = "new"
    row.save()

    assert is_right(row)
    assert row.created_at == LONG_AGO < row.updated_at


def test_an_instance_that_knows_no_times_changes_none() -> None:
    row = Page.objects.create()
    age(row)

    stranger = Page(pk=row.pk, title="new")
    stranger.save()

    assert stranger.created_at == LONG_AGO < stranger.updated_at
    assert is_right(stranger)


def test_a_key_that_is_not_there_yet_makes_a_row() -> None:
    row = Page(pk=42)
    row.save()

    assert is_right(row)
    assert row.created_at == row.updated_at > LONG_AGO


def test_a_copy_without_times_gets_its_own() -> None:
    row = Page.objects.create()
    age(row)

    row.pk = row.created_at = row.updated_at = None
    row._state.adding = True
    row.save()

    assert row.created_at == row.updated_at > LONG_AGO


def test_a_time_that_somebody_sets_is_not_taken() -> None:
    row = Page.objects.create()

    row.updated_at = LONG_AGO
    row.save()

    assert is_right(row)
    assert row.updated_at > LONG_AGO


def test_receivers_see_the_time() -> None:
    row = Page.objects.create()
    age(row)
    seen = []

    def receiver(instance: Page, **kwargs: Any) -> None:
        seen.append(instance.updated_at)

    post_save.connect(receiver, sender=Page)
    try:
        row.title = "new"
        row.save()
    finally:
        post_save.disconnect(receiver, sender=Page)

    assert seen == [Page.objects.get().updated_at]
    assert seen[0] > LONG_AGO


def test_a_save_asks_once_more_only_where_django_does_not_bring_the_time(
    django_assert_num_queries: Any,
) -> None:
    row = Page.objects.create()

    with django_assert_num_queries(1 if RETURNING else 2):
        row.title = "new"
        row.save()
    with django_assert_num_queries(1):
        Page.objects.create()


@pytest.mark.django_db(transaction=True)
def test_an_asynchronous_save_brings_the_time_along() -> None:
    async def story() -> Page:
        row = await Page.objects.acreate()
        row.updated_at = LONG_AGO
        row.title = "new"
        await row.asave()
        assert row.updated_at > LONG_AGO
        return row

    assert is_right(async_to_sync(story)())


@pytest.mark.parametrize("name", ["created_at", "updated_at"])
def test_forms_leave_the_times_alone(name: str) -> None:
    field: Any = Page._meta.get_field(name)

    assert not field.editable
    assert field.formfield() is None or not field.editable
    Page(data={"a": 1}).full_clean()
    Page(data={"a": 1}, **dict.fromkeys(TIMES)).full_clean()
