"""Two sessions that change different attributes of one row both have their way."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, connections, transaction

from django_schemapatterns.attributes import convert_attributes
from tests.attributes.app.models import Article

pytestmark = pytest.mark.django_db(transaction=True)


def elsewhere(call: Callable[[], Any]) -> threading.Thread:
    """Call something in a session of its own; returns when it waits for ours."""
    started = threading.Event()
    pids: list[int] = []

    def work() -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pids.append(cursor.fetchone()[0])
        started.set()
        try:
            call()
        finally:
            connections["default"].close()

    thread = threading.Thread(target=work)
    thread.start()
    assert started.wait(10)
    for _ in range(1_000):
        with connection.cursor() as cursor:
            cursor.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0 FROM pg_sleep(0.01)", pids)
            if cursor.fetchone()[0]:
                return thread
    raise AssertionError("It did not wait.")


def test_attributes_that_two_set_at_once_are_both_there() -> None:
    article = Article.objects.create(attributes={"color": "red"})

    with transaction.atomic():
        Article.objects.set_attributes(weight=Decimal("1.5"))
        other = elsewhere(lambda: Article.objects.set_attributes(pages=7))
    other.join()

    article.refresh_from_db()
    assert article.attributes == {"color": "red", "weight": Decimal("1.5"), "pages": 7}


def test_one_sets_while_the_other_takes_away() -> None:
    article = Article.objects.create(attributes={"color": "red", "pages": 7})

    with transaction.atomic():
        Article.objects.set_attributes(weight=2)
        other = elsewhere(lambda: Article.objects.unset_attribute("pages"))
    other.join()

    article.refresh_from_db()
    assert article.attributes == {"color": "red", "weight": 2}


def test_a_conversion_keeps_what_others_write() -> None:
    article = Article.objects.create(attributes={"color": "red", "weight": 2})
    convert = {"weight": lambda value: value * 1000}

    with transaction.atomic():
        Article.objects.set_attributes(pages=7)
        other = elsewhere(lambda: convert_attributes(Article.objects.all(), "attributes", convert))
    other.join()

    article.refresh_from_db()
    assert article.attributes == {"color": "red", "weight": 2000, "pages": 7}
