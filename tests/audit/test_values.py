"""Values are logged exactly, and what differs is a change."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField
from django.db import models

from tests.audit.server import NOCASE, has_icu, has_xml, version
from tests.audit.tools import Column, entries, execute, last, make_model, make_table, operations
from tests.testapp.models import Article, Everything

pytestmark = pytest.mark.django_db

NULL = {"$json": None}


def log_of(sql_type: str, *values: str) -> list[Any]:
    """Insert the first value (an SQL expression), update to the others, delete; return what was logged."""
    thing = make_model(value=Column(sql_type, null=True))
    table = thing._meta.db_table
    first, *others = values
    execute(f"INSERT INTO {table} (value) VALUES ({first})")
    for value in others:
        execute(f"UPDATE {table} SET value = {value}")
    execute(f"DELETE FROM {table}")
    return [entry.changes["value"] for entry in entries(thing)]


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_json_null_is_told_from_sql_null(kind: str) -> None:
    log = log_of(kind, "'null'", "NULL", "'null'", "'{}'", "'null'")

    assert log == [NULL, [NULL, None], [None, NULL], [NULL, {}], [{}, NULL], NULL]


@pytest.mark.parametrize("kind", ["json", "jsonb"])
def test_changes_inside_of_json_are_changes(kind: str) -> None:
    log = log_of(kind, "'[1, 2]'", "'[2, 1]'", "'[1]'", """'{"a": {"b": [1]}}'""", """'{"a": {"b": []}}'""")

    assert log[1:-1] == [
        [[1, 2], [2, 1]],
        [[2, 1], [1]],
        [[1], {"a": {"b": [1]}}],
        [{"a": {"b": [1]}}, {"a": {"b": []}}],
    ]


def test_json_that_jsonb_refuses_is_logged_as_text() -> None:
    unreadable = r"""'{"a": "\u0000"}'"""
    text = r'{"a": "\u0000"}'

    assert log_of("json", unreadable, "'{}'", unreadable) == [text, [text, {}], [{}, text], text]


def test_rows_of_many_columns_are_logged_whole_and_by_what_changed() -> None:
    names = [f"column_{number}" for number in range(120)]
    columns: dict[str, Any] = {name: models.IntegerField(null=True) for name in names}
    thing = make_model(**columns)
    table = thing._meta.db_table
    execute(f"INSERT INTO {table} (column_3, column_119) VALUES (1, 2)")
    execute(f"UPDATE {table} SET column_3 = 3, column_77 = 4, column_119 = 5")
    execute(f"UPDATE {table} SET id = id + 1")

    inserted, updated, ended, begun = [entry.changes for entry in entries(thing)]
    assert set(inserted) == {"id", *names}
    assert updated == {"column_3": [1, 3], "column_77": [None, 4], "column_119": [2, 5]}
    assert (
        {**ended, "id": 0}
        == {**begun, "id": 0}
        == {**inserted, "id": 0, "column_3": 3, "column_77": 4, "column_119": 5}
    )


def test_json_documents_in_arrays_are_logged() -> None:
    assert log_of("jsonb[]", """ARRAY['{"a": 1}'::jsonb]""", "ARRAY['null'::jsonb]") == [
        [{"a": 1}],
        [[{"a": 1}], [None]],
        [None],
    ]
    Everything.objects.create(documents=[{"a": 1}, [2]])
    Everything.objects.update(documents=[{"a": 2}])
    assert last(Everything).changes["documents"] == [[{"a": 1}, [2]], [{"a": 2}]]


def test_json_arrays_without_equality_are_logged() -> None:
    assert log_of("json[]", """ARRAY['{"a": 1}'::json]""", "ARRAY['[]'::json]")[1] == [[{"a": 1}], [[]]]


@pytest.mark.parametrize(
    ("kind", "old", "new", "logged"),
    [
        ("numeric", "123456789012345678901234567890.5", "-0.000000000000000000000000000001", None),
        ("numeric", "1.0", "1.00", "[Decimal('1.0'), Decimal('1.00')]"),
        ("numeric", "'NaN'", "0", "['NaN', 0]"),
        ("numeric(10,2)", "9", "9.90", "[Decimal('9.00'), Decimal('9.90')]"),
        ("double precision", "0.1", "1e300", None),
        ("double precision", "'NaN'", "'-Infinity'", "['NaN', '-Infinity']"),
        ("double precision", "0.1::float8 + 0.2::float8", "3", "[Decimal('0.30000000000000004'), 3]"),
        ("bigint", "9007199254740993", "-9223372036854775808", "[9007199254740993, -9223372036854775808]"),
        ("boolean", "true", "false", "[True, False]"),
        ("bytea", r"'\x00ff'", "'abc'", r"['\\x00ff', '\\x616263']"),
        ("interval", "'-1 year 2 days -03:00'", "'1 day'", "['-1 years +2 days -03:00:00', '1 day']"),
        ("interval", "'24 hours'", "'1 day'", "['24:00:00', '1 day']"),
        ("timestamptz", "'2026-01-01 12:00+09'", "'infinity'", "['2026-01-01T03:00:00+00:00', 'infinity']"),
        (
            "timestamp",
            "'2026-01-01 12:00:00.000001'",
            "'-infinity'",
            "['2026-01-01T12:00:00.000001', '-infinity']",
        ),
        ("date", "'0044-03-15 BC'", "'2026-02-01'", "['0044-03-15 BC', '2026-02-01']"),
        ("time", "'24:00'", "'00:00:00.5'", "['24:00:00', '00:00:00.5']"),
        ("timetz", "'12:00+02'", "'12:00-02'", "['12:00:00+02', '12:00:00-02']"),
        ("int4range", "'[1,5]'", "'empty'", "['[1,6)', 'empty']"),
        ("tstzrange", "'[2026-01-01 00:00+01,)'", "NULL", "['[\"2025-12-31 23:00:00+00\",)', None]"),
        ("int[]", "'{1,2}'", "'{2,1}'", "[[1, 2], [2, 1]]"),
        ("int[]", "'{1,NULL}'", "'{{1},{2}}'", "[[1, None], [[1], [2]]]"),
        ("text[]", "'{}'", """'{"",NULL,"NULL","{a}"}'""", "[[], ['', None, 'NULL', '{a}']]"),
        ("text", "''", "NULL", "['', None]"),
        ("text", "'a'", "'a '", "['a', 'a ']"),
        (
            "uuid",
            "'6F9619FF-8B86-D011-B42D-00CF4FC964FF'",
            "NULL",
            "['6f9619ff-8b86-d011-b42d-00cf4fc964ff', None]",
        ),
        ("inet", "'10.0.0.1'", "'10.0.0.1/8'", "['10.0.0.1', '10.0.0.1/8']"),
        ("macaddr8", "'08:00:2b:01:02:03:04:05'", "NULL", "['08:00:2b:01:02:03:04:05', None]"),
        ("bit(3)", "B'101'", "B'000'", "['101', '000']"),
        ("hstore", "'a=>1, b=>NULL'", "'a=>1.0'", "[{'a': '1', 'b': None}, {'a': '1.0'}]"),
        ("citext", "'oak'", "'OAK'", "['oak', 'OAK']"),
        ("citext[]", "'{oak}'", "'{OAK}'", "[['oak'], ['OAK']]"),
        *([("xml", "'<a/>'", "'<a></a>'", "['<a/>', '<a></a>']")] if has_xml() else []),
        ("point", "'(1,2)'", "'(1,2.5)'", "['(1,2)', '(1,2.5)']"),
        ("point[]", "'{\"(1,2)\"}'", "NULL", "[['(1,2)'], None]"),
        ("box", "'(2,2),(0,0)'", "'(4,1),(0,0)'", "['(2,2),(0,0)', '(4,1),(0,0)']"),
        ("tsvector", "'a:1'", "'a:1 b:2'", "[\"'a':1\", \"'a':1 'b':2\"]"),
        ("pg_lsn", "'0/1'", "'0/2'", "['0/1', '0/2']"),
        ("jsonpath", "'$.a'", "'$.b'", "['$.\"a\"', '$.\"b\"']"),
        ("mood", "'happy'", "'sad'", "['happy', 'sad']"),
        ("mood[]", "'{happy}'", "'{happy,sad}'", "[['happy'], ['happy', 'sad']]"),
        ("email", "'a@b.c'", "'A@b.c'", "['a@b.c', 'A@b.c']"),
        ("pair", "'(1,a)'", "'(1,b)'", "['(1,a)', '(1,b)']"),
    ],
)
def test_value_of_any_type_is_logged_before_and_after(
    kind: str, old: str, new: str, logged: str | None
) -> None:
    execute("CREATE TYPE mood AS ENUM ('happy', 'sad')")
    execute("CREATE TYPE pair AS (left_one int, right_one text)")
    execute("CREATE DOMAIN email AS citext CHECK (VALUE LIKE '%@%')")

    inserted, changed, deleted = log_of(kind, old, new)

    assert logged is None or str(changed) == logged
    assert [inserted, deleted] == changed


@pytest.mark.parametrize(
    "kind", ["int", "text", "jsonb", "json", "point", "interval", "citext", "int[]", "point[]"]
)
def test_writing_the_same_value_again_writes_nothing(kind: str) -> None:
    values = {"int": "1", "point": "'(1,2)'", "interval": "'1 day'", "int[]": "'{1}'"}
    value = values.get(kind, "'{}'")
    thing = make_model(value=Column(kind, null=True))
    execute(f"INSERT INTO {thing._meta.db_table} (value) VALUES ({value}), (NULL)")

    execute(f"UPDATE {thing._meta.db_table} SET value = CASE WHEN value IS NOT NULL THEN {value}::{kind} END")

    assert operations(thing) == "II"


@pytest.mark.parametrize(
    ("kind", "old", "new"),
    [
        ("citext", "'oak'", "'OAK'"),
        ("citext[]", "'{oak}'", "'{OAK}'"),
        *([('text COLLATE "nocase"', "'oak'", "'OAK'")] if has_icu() else []),
        *([('text[] COLLATE "nocase"', "'{oak}'", "'{OAK}'")] if has_icu() else []),
    ],
)
def test_change_of_case_is_a_change_where_case_is_ignored(kind: str, old: str, new: str) -> None:
    if "nocase" in kind:
        execute(NOCASE)
    make_table("tree", "id", {"id": "int", "name": kind}, kinds={"name": "compared_as_text"})
    execute(f"INSERT INTO tree VALUES (1, {old})")

    execute(f"UPDATE tree SET name = {new}")

    assert operations("tree") == "IU"


@pytest.mark.parametrize("field", [models.TextField, lambda **kw: ArrayField(models.TextField(**kw))])
def test_columns_with_a_collation_of_their_own_are_compared_as_text(field: Any) -> None:
    thing = make_model(title=field(db_collation="C"))

    [trigger] = [each for each in thing._meta.triggers if each.action == "update"]

    assert trigger.compile(thing).kinds == {"title": "compared_as_text"}


def test_same_row_is_logged_alike_in_every_session() -> None:
    statement = (
        'INSERT INTO testapp_everything (number, "binary", moment, moments, duration, period, date) VALUES '
        r"(0.1::float8 + 0.2, '\x00ff', '2026-01-01 12:00+00', '{2026-01-01 12:00+00}', '1 year -3 hours', "
        "'[2026-01-01 00:00+00,)', '2026-01-02')"
    )
    execute(statement)

    execute(
        "SET LOCAL TimeZone = 'Asia/Kolkata'; SET LOCAL DateStyle = 'SQL, DMY'; SET LOCAL lc_monetary = 'C'"
    )
    execute("SET LOCAL IntervalStyle = 'sql_standard'; SET LOCAL bytea_output = escape")
    execute("SET LOCAL extra_float_digits = -10; SET LOCAL xmlbinary = hex")
    execute(statement)
    execute("SET LOCAL DateStyle = 'ISO'")

    one, other = (entry.changes for entry in entries(Everything))
    assert {**one, "id": 0} == {**other, "id": 0}


def test_value_of_a_before_trigger_is_logged_as_it_was_stored() -> None:
    execute(
        "CREATE FUNCTION shout() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN NEW.title := upper(NEW.title); RETURN NEW; END'"
    )
    execute(
        "CREATE TRIGGER zz BEFORE INSERT OR UPDATE ON testapp_article FOR EACH ROW EXECUTE FUNCTION shout()"
    )
    Article.objects.create(title="oak")

    Article.objects.update(title="elm", body="b")

    created, changed = entries(Article)
    assert created.changes["title"] == "OAK"
    assert changed.changes == {"title": ["OAK", "ELM"], "body": ["", "b"]}


def test_stored_generated_column_is_logged() -> None:
    Everything.objects.create(text="Oak")

    Everything.objects.update(text="Elm")

    created, changed = entries(Everything)
    assert created.changes["shout"] == "oak"
    assert changed.changes == {"text": ["Oak", "Elm"], "shout": ["oak", "elm"]}


@pytest.mark.parametrize("kind", ["STORED", *(["VIRTUAL"] if version() >= 18 else [])])
def test_excluded_generated_column_is_in_no_entry(kind: str) -> None:
    gross = f"int GENERATED ALWAYS AS (net * 2) {kind}"
    make_table("price", "id", {"id": "int", "net": "int", "gross": gross}, exclude=["gross"])
    audited = ["id", "net"]
    execute("INSERT INTO price (id, net) VALUES (1, 5)")

    execute("UPDATE price SET net = 6")
    execute("DELETE FROM price")

    assert [sorted(entry.changes) for entry in entries("price")] == [audited, ["net"], audited]


def test_large_text_is_written_once_and_not_again_with_other_columns() -> None:
    article = Article.objects.create(title="Oak", body="0123456789" * 1_000_000)

    Article.objects.filter(pk=article.pk).update(title="Elm")

    created, changed = entries(Article)
    assert len(created.changes["body"]) == 10_000_000
    assert changed.changes == {"title": ["Oak", "Elm"]}


def test_numbers_keep_every_digit_when_they_are_read() -> None:
    exact = Decimal("12345678901234567890.12345678901234567890")
    Everything.objects.create(precise=exact)

    [change] = [each for each in entries(Everything)[0].diff() if each.name == "precise"]

    assert change.new == exact
