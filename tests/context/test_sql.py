"""What the carrier makes of the text of a statement."""

from __future__ import annotations

import pytest

from django_schemapatterns.context.sql import Kind, kind_of


@pytest.mark.parametrize(
    "sql",
    [
        "insert into t values (1)",
        "UPDATE t SET a = 1",
        "DELETE FROM t",
        "MERGE INTO t USING s ON true WHEN MATCHED THEN DELETE",
        "COPY t FROM '/data.csv'",
        "TRUNCATE t",
        "WITH a AS (SELECT 1) SELECT * FROM a",
        "CALL p()",
        "DO $$ BEGIN END $$",
        "EXECUTE s",
        "EXPLAIN (ANALYZE) DELETE FROM t",
        "((UPDATE t SET a = 1))",
        ";;\n\tupdate t set a = 1",
        "-- a comment\n--another\r\nUPDATE t SET a = 1",
        "/**/UPDATE t SET a = 1",
        "/* a * b / c ** // */ /* /* nested */ */ UPDATE t SET a = 1",
        "SELECT f()",
        "SELECT\n  app.f(1), 2",
        "(SELECT (f(1)).*)",
        "select * from f(1)",
        'SELECT * FROM "App"."f" (1)',
        "SELECT nextval('\"from\"')",
        "SELECT 1; DELETE FROM t",
        "SELECT * FROM t; /* then */ DELETE FROM t",
        "SET LOCAL lock_timeout = '1s'; UPDATE t SET a = 1",
        "CREATE TABLE t (a text); INSERT INTO t VALUES (1)",
        r"SELECT E'\'' FROM t; INSERT INTO t VALUES ('x')",
        "SELECT a FROM t -- it's\n; DELETE FROM t WHERE a = 'x'",
        "SELECT a FROM t; /* it's /* nested */ */ DELETE FROM t WHERE a = 'x'",
        "SELECT f('from') -- from",
    ],
)
def test_may_write(sql: str) -> None:
    assert kind_of(sql) is Kind.WRITE


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 1",
        "SELECT * FROM t",
        'SELECT "t"."a", f("t"."b") FROM "t"',
        'SELECT COUNT(*) AS "__count" FROM "t"',
        "SELECT COUNT(*)\nfrom (SELECT 1) s",
        "SELECT * FROM (SELECT f(1)) s",
        "SELECT 'a; delete from t'",
        "SELECT * FROM t;",
        'SELECT "; delete" FROM t -- ; delete',
        "(SELECT 1) UNION (SELECT 2)",
        "VALUES (1), (2)",
        "TABLE t",
    ],
)
def test_reads(sql: str) -> None:
    assert kind_of(sql) is Kind.READ


@pytest.mark.parametrize(
    "sql",
    [
        "",
        "   ",
        "-- INSERT",
        "/* INSERT",
        "/* INSERT */",
        "BEGIN",
        "BEGIN ISOLATION LEVEL SERIALIZABLE; DELETE FROM t",
        "START TRANSACTION READ ONLY",
        "COMMIT; DELETE FROM t",
        "END",
        "ROLLBACK TO SAVEPOINT s",
        "ABORT",
        "SAVEPOINT s",
        "RELEASE SAVEPOINT s",
        "SET  TRANSACTION ISOLATION LEVEL SERIALIZABLE; DELETE FROM t",
        "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY",
    ],
)
def test_controls_the_transaction(sql: str) -> None:
    assert kind_of(sql) is Kind.CONTROL


@pytest.mark.parametrize(
    "sql",
    [
        "SET CONSTRAINTS ALL IMMEDIATE",
        "VACUUM t",
        "CREATE INDEX CONCURRENTLY i ON t (a) WHERE a <> '; delete from t'",
        "CREATE FUNCTION f() RETURNS void LANGUAGE sql AS $body$ SELECT 1; DELETE FROM t $body$",
        "ALTER SYSTEM SET archive_command = 'cp %p /x; update index'",
        "CREATE DATABASE d",
        "LISTEN c",
        "NOTIFY c",
        "LOCK TABLE t",
        "PREPARE s AS INSERT INTO t VALUES ($1)",
        "DECLARE c CURSOR FOR SELECT 1",
        "FETCH ALL FROM c",
        "REFRESH MATERIALIZED VIEW CONCURRENTLY v",
        "REINDEX TABLE CONCURRENTLY t",
        "inserted",
        "selection",
    ],
)
def test_is_left_alone_where_nobody_was_told(sql: str) -> None:
    assert kind_of(sql) is Kind.OTHER


@pytest.mark.parametrize(
    "opening", ["(" * 50_000, " " * 50_000, "/*" * 25_000, "/* */" * 10_000, "--\n" * 20_000]
)
def test_hostile_text_is_read_in_linear_time(opening: str) -> None:
    assert kind_of(f"{opening} INSERT") in {Kind.WRITE, Kind.CONTROL}
    assert kind_of(f"{opening} !") in {Kind.OTHER, Kind.CONTROL}


@pytest.mark.parametrize(
    "text", ["/*" * 25_000, "/* /* */ " * 10_000, "/* /* */ " * 10_000 + "/*", "--\n" * 20_000]
)
def test_hostile_comments_later_are_read_in_linear_time(text: str) -> None:
    assert kind_of(f"SELECT a FROM t; {text}") is Kind.READ
