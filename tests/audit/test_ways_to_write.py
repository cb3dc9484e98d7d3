"""However a row is written, the log tells."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from django.db.models import F
from django.db.models.functions import Upper

from tests.audit.tools import entries, execute, last, make_table, operations
from tests.testapp.models import Article, ArticleProxy, Author, Book, Tag

pytestmark = pytest.mark.django_db


def make_articles(*titles: str) -> list[Article]:
    return Article.objects.bulk_create([Article(title=title) for title in titles])


def test_save_writes_the_row_and_then_only_what_changed() -> None:
    article = Article.objects.create(title="Oak", price="9.90", secret="hunter2")

    article.price = "12.50"
    article.save()

    created, changed = entries(Article)
    assert created.operation == "I"
    assert created.record_id == str(article.pk)
    assert set(created.changes) == {"id", "title", "body", "price", "secret"}
    assert changed.operation == "U"
    assert str(changed.changes) == "{'price': [Decimal('9.90'), Decimal('12.50')]}"


def test_delete_writes_the_row() -> None:
    article = Article.objects.create(title="Oak", body="A tree")

    article.delete()

    assert operations(Article) == "ID"
    assert last(Article).changes["body"] == "A tree"


def test_queryset_update_writes_an_entry_for_each_row_that_changed() -> None:
    make_articles("oak", "ELM", "ash")

    Article.objects.update(title=Upper("title"))

    changes = [entry.changes["title"] for entry in entries(Article) if entry.operation == "U"]
    assert sorted(changes) == [["ash", "ASH"], ["oak", "OAK"]]


def test_bulk_create_writes_every_row() -> None:
    articles = make_articles("oak", "elm", "ash")

    created = entries(Article)
    assert [entry.record_id for entry in created] == [str(article.pk) for article in articles]
    assert [entry.changes["title"] for entry in created] == ["oak", "elm", "ash"]


def test_bulk_create_that_ignores_conflicts_writes_only_what_it_inserted() -> None:
    [oak] = make_articles("oak")

    Article.objects.bulk_create(
        [Article(pk=oak.pk, title="again"), Article(title="elm")], ignore_conflicts=True
    )

    assert [entry.changes["title"] for entry in entries(Article)] == ["oak", "elm"]


def test_bulk_create_that_updates_conflicts_tells_inserts_from_updates() -> None:
    [oak, same] = make_articles("oak", "same")

    Article.objects.bulk_create(
        [Article(pk=oak.pk, title="OAK"), Article(pk=same.pk, title="same"), Article(title="elm")],
        update_conflicts=True,
        unique_fields=["id"],
        update_fields=["title"],
    )

    written = {entry.operation: entry.changes for entry in entries(Article)[2:]}
    assert written["U"] == {"title": ["oak", "OAK"]}
    assert written["I"]["title"] == "elm"
    assert len(entries(Article)) == 4


def test_bulk_update_writes_an_entry_for_each_object() -> None:
    articles = make_articles("oak", "elm")
    for article in articles:
        article.body = f"About {article.title}"

    Article.objects.bulk_update(articles, ["body"])

    assert operations(Article) == "IIUU"


def test_queryset_delete_writes_every_row() -> None:
    make_articles("oak", "elm")

    Article.objects.all().delete()

    assert operations(Article) == "IIDD"


def test_proxy_writes_under_the_table_of_its_model() -> None:
    article = ArticleProxy.objects.create(title="Oak")

    ArticleProxy.objects.filter(pk=article.pk).update(title="Elm")

    assert operations(Article) == "IU"


def test_cascade_by_django_writes_each_table() -> None:
    author = Author.objects.create(name="Ada")
    Book.objects.create(author=author, title="Notes")
    other = Book.objects.create(author=Author.objects.create(name="Grace"), translator=author, title="Bugs")

    key = author.pk
    author.delete()

    [updated] = entries(Book, operation="U")
    assert sorted(operations(Book)) == sorted("II" + "DU")
    assert (updated.record_id, updated.changes) == (str(other.pk), {"translator_id": [key, None]})
    assert last(Author).operation == "D"


@pytest.mark.parametrize(
    ("rule", "statement", "expected"),
    [
        ("ON DELETE CASCADE", "DELETE FROM parent", "ID"),
        ("ON DELETE SET NULL", "DELETE FROM parent", "IU"),
        ("ON DELETE SET DEFAULT", "DELETE FROM parent WHERE id = 1", "IU"),
        ("ON UPDATE CASCADE", "UPDATE parent SET id = 3 WHERE id = 1", "IU"),
    ],
)
def test_cascade_in_the_database_writes_the_referencing_rows(
    rule: str, statement: str, expected: str
) -> None:
    make_table("parent", "id", {"id": "int"})
    make_table(
        "child",
        "id",
        {"id": "int", "parent_id": f"int DEFAULT 2 REFERENCES parent {rule} DEFERRABLE INITIALLY DEFERRED"},
    )
    execute("INSERT INTO parent VALUES (1), (2)")
    execute("INSERT INTO child VALUES (1, 1)")

    execute(statement)

    assert operations("child") == expected


def test_raw_sql_is_captured() -> None:
    execute("INSERT INTO testapp_tag (name) VALUES ('a'), ('b')")
    execute("UPDATE testapp_tag SET name = upper(name)")
    execute("DELETE FROM testapp_tag WHERE name = 'A'")

    assert operations(Tag) == "IIUUD"


def test_one_statement_that_writes_a_table_twice_is_captured_in_full() -> None:
    make_articles("oak", "elm")

    execute(
        "WITH gone AS (DELETE FROM testapp_article WHERE title = 'oak' RETURNING title), "
        "raised AS (UPDATE testapp_article SET price = 1 WHERE title = 'elm' RETURNING title) "
        "INSERT INTO testapp_article (title, body, price, views) SELECT title || '!', '', 0, 0 FROM gone"
    )

    assert sorted(operations(Article)) == sorted("II" + "DUI")


def test_merge_is_captured() -> None:
    oak, elm = make_articles("oak", "elm")

    execute(
        "MERGE INTO testapp_article AS target "
        "USING (VALUES (%s, 'OAK'), (%s, NULL), (NULL, 'ash')) AS source (id, title) "
        "ON target.id = source.id::bigint "
        "WHEN MATCHED AND source.title IS NULL THEN DELETE "
        "WHEN MATCHED THEN UPDATE SET title = source.title "
        "WHEN NOT MATCHED THEN INSERT (title, body, price, views) VALUES (source.title, '', 0, 0)",
        oak.pk,
        elm.pk,
    )

    written = {entry.operation: entry for entry in entries(Article)[2:]}
    assert sorted(written) == ["D", "I", "U"]
    assert written["U"].changes == {"title": ["oak", "OAK"]}
    assert written["D"].record_id == str(elm.pk)


def test_copy_is_captured() -> None:
    with connection.cursor() as cursor, cursor.copy("COPY testapp_tag (name) FROM STDIN") as copy:
        for name in ("a", "b"):
            copy.write_row([name])

    assert [entry.changes["name"] for entry in entries(Tag)] == ["a", "b"]


def test_truncate_writes_one_entry_for_each_table_that_it_reaches() -> None:
    Author.objects.create(name="Ada")

    execute("TRUNCATE testapp_author CASCADE")

    truncated = {entry.table_name for entry in entries(operation="T")}
    assert truncated == {"testapp_author", "testapp_book", "testapp_profile"}
    assert last().record_id is None
    assert last().changes is None


def test_many_to_many_changes_are_captured_however_made() -> None:
    article, [red, green] = (
        make_articles("oak")[0],
        Tag.objects.bulk_create([Tag(name="red"), Tag(name="green")]),
    )
    links = Article.tags.through._meta.db_table

    article.tags.add(red, green)
    article.tags.add(red)
    article.tags.through.objects.filter(tag=red).delete()
    article.tags.set([red])
    article.tags.clear()

    assert operations(links) == "IIDDID"
    assert entries(links)[0].changes["article_id"] == article.pk


def test_update_that_changes_nothing_writes_nothing() -> None:
    article = Article.objects.create(title="Oak")

    article.save()
    Article.objects.update(title=F("title"))

    assert operations(Article) == "I"


def test_update_of_excluded_columns_writes_nothing() -> None:
    Article.objects.create(title="Oak")

    Article.objects.update(views=F("views") + 1)

    assert operations(Article) == "I"


def test_statement_without_rows_writes_nothing() -> None:
    Article.objects.filter(title="none").update(title="some")
    Article.objects.filter(title="none").delete()
    execute("INSERT INTO testapp_tag (name) SELECT 'a' WHERE false")

    assert operations(Article) + operations(Tag) == ""


def test_each_statement_of_a_transaction_is_an_entry() -> None:
    article = Article.objects.create(title="a")

    for title in "bcd":
        Article.objects.filter(pk=article.pk).update(title=title)

    entries_ = entries(Article)
    assert [entry.changes["title"] for entry in entries_[1:]] == [["a", "b"], ["b", "c"], ["c", "d"]]
    assert len({entry.transaction_id for entry in entries_}) == 1


def test_what_is_rolled_back_is_not_in_the_log() -> None:
    with transaction.atomic():
        Article.objects.create(title="Oak")
        transaction.set_rollback(True)

    assert operations(Article) == ""


def test_rolled_back_savepoint_takes_only_its_own_entries() -> None:
    Article.objects.create(title="kept")

    with transaction.atomic():
        Article.objects.create(title="lost")
        transaction.set_rollback(True)

    assert [entry.changes["title"] for entry in entries(Article)] == ["kept"]


def test_deferred_and_filtered_instances_are_deleted_with_their_whole_row() -> None:
    Article.objects.create(title="Oak", body="A tree")

    Article.objects.only("title").get().delete()

    assert last(Article).changes["body"] == "A tree"


@pytest.fixture
def other_role(transactional_db: None) -> Any:
    """A connection of a role that may write the tables of the test app, and knows nothing of the log."""
    with connection.cursor() as cursor:
        cursor.execute("DROP ROLE IF EXISTS proof_writer")
        cursor.execute("CREATE ROLE proof_writer LOGIN")
        cursor.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON testapp_tag TO proof_writer")
        cursor.execute("GRANT USAGE ON SEQUENCE testapp_tag_id_seq TO proof_writer")
    with psycopg.connect(
        **{**connection.get_connection_params(), "user": "proof_writer", "cursor_factory": None},
        autocommit=True,
    ) as writer:
        yield writer
    with connection.cursor() as cursor:
        cursor.execute("DROP OWNED BY proof_writer")
        cursor.execute("DROP ROLE proof_writer")


def test_role_without_any_right_on_the_log_is_captured(other_role: psycopg.Connection) -> None:
    other_role.execute("SET application_name = 'night import'")
    other_role.execute("INSERT INTO testapp_tag (name) VALUES ('a')")
    other_role.execute("UPDATE testapp_tag SET name = 'b'")
    other_role.execute("DELETE FROM testapp_tag")

    assert operations(Tag) == "IUD"
    assert {entry.db_role for entry in entries(Tag)} == {"proof_writer"}
    assert {entry.application_name for entry in entries(Tag)} == {"night import"}
    assert {entry.user_id for entry in entries(Tag)} == {None}
