"""A selective search reads an index and not the table, as PostgreSQL plans it for a table with rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import DjangoDbBlocker

from tests.example.plans import indexes_used
from tests.search.app.models import Article, Goods, Title

ARTICLES, TITLES, GOODS = (
    "searchtests_article_search_vector", "searchtests_title_own", "searchtests_goods_search_vector",
)  # fmt: skip
FILL = """
INSERT INTO searchtests_article (title, body, tags)
SELECT 'Word' || n % 2000, 'common text with number' || n % 900, '{}' FROM generate_series(1, 20000) AS n;
INSERT INTO searchtests_title ("Der Näme") SELECT 'Word' || md5(n::text) FROM generate_series(1, 20000) AS n;
INSERT INTO searchtests_goods (name) SELECT 'word' || n % 3000 FROM generate_series(1, 20000) AS n;
"""
SEARCHES: dict[str, tuple[Callable[[], Any], str]] = {
    "a word": (lambda: Article.objects.search("word7"), ARTICLES),
    "the best ten": (lambda: Article.objects.search("word7", highlight=True)[:10], ARTICLES),
    "two words": (lambda: Article.objects.search("word7 common"), ARTICLES),
    "one or another": (lambda: Article.objects.search("word7 or word8"), ARTICLES),
    "one without another": (lambda: Article.objects.search("word7 -number7"), ARTICLES),
    "a phrase": (lambda: Article.objects.search('"word7 common text"'), ARTICLES),
    "a word, as Django writes it": (lambda: Article.objects.filter(search_vector="word7"), ARTICLES),
    "a beginning": (lambda: Title.objects.search("wordabc", prefix=True), TITLES),
    "among the alive": (lambda: Goods.objects.search("word7"), GOODS),
}


@pytest.fixture(scope="module", autouse=True)
def filled(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(FILL)
            for index in (ARTICLES, TITLES, GOODS):
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])  # as autovacuum does
            cursor.execute("ANALYZE searchtests_article, searchtests_title, searchtests_goods")
        yield
        transaction.set_rollback(True)


@pytest.mark.django_db
@pytest.mark.parametrize("name", SEARCHES)
def test_a_selective_search_uses_its_index(name: str) -> None:
    search, index = SEARCHES[name]

    assert indexes_used(search()) == {index}
    assert 0 < len(search()) < 100
