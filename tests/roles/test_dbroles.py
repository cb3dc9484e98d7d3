"""`dbroles` brings owners and grants to what the settings say, once, whoever runs it, and tells drift."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from django.core.management import CommandError
from django.db import connections
from psycopg import errors

from tests.roles.house import House, house, new_roles


def test_a_second_apply_does_nothing(home: House) -> None:
    assert home.dbroles("apply") == "The database is as the settings say.\n"
    assert home.dbroles("check") == "The database is as the settings say.\n"


@pytest.mark.parametrize(
    ("login", "statement"),
    [
        ("web", "INSERT INTO brands (name, slug, created_at, updated_at) VALUES ('a', 'a', now(), now())"),
        ("web", "UPDATE brands SET name = 'b'"),
        ("web", "DELETE FROM brands"),
        ("web", "SELECT password FROM users"),
        ("web", "SELECT nextval('brands_id_seq')"),
        ("staff", "SELECT * FROM schemapatterns.audit_log"),
        ("staff", "DELETE FROM brands"),
        ("reports", "SELECT id, username FROM users"),
        ("reports", "SELECT * FROM brands"),
        ("reports", "SELECT count(*) FROM users"),
        ("migrate", "ALTER TABLE brands ADD COLUMN extra int"),
        ("migrate", "CREATE TABLE made_later (id int)"),
    ],
)
def test_what_a_login_may(home: House, login: str, statement: str) -> None:
    home.run(login, statement)


@pytest.mark.parametrize(
    ("login", "statement"),
    [
        ("web", "ALTER TABLE brands ADD COLUMN another int"),
        ("web", "TRUNCATE brands"),
        ("web", "CREATE TABLE mine (id int)"),
        ("web", "CREATE TEMPORARY TABLE mine (id int)"),
        ("web", "CREATE SCHEMA mine"),
        ("web", "SELECT * FROM schemapatterns.audit_log"),
        ("web", "SELECT * FROM schemapatterns.audit_trail"),
        ("web", "DELETE FROM schemapatterns.audit_log"),
        ("web", "SELECT schemapatterns.audit_pause('for fun')"),
        ("web", "SET ROLE <owner>"),
        ("web", "SET ROLE <admin>"),
        ("web", "CREATE ROLE mine"),
        ("staff", "DELETE FROM schemapatterns.audit_log"),
        ("staff", "SET ROLE <owner>"),
        ("staff", "TRUNCATE brands"),
        ("reports", "SELECT password FROM users"),
        ("reports", "SELECT * FROM users"),
        ("reports", "SELECT * FROM django_session"),
        ("reports", "SELECT secret_value FROM schemapatterns.application_setting"),
        ("reports", "UPDATE brands SET name = 'b'"),
        ("reports", "CREATE TEMPORARY TABLE mine (id int)"),
        ("reports", "SELECT nextval('brands_id_seq')"),
    ],
)
def test_what_a_login_may_not(home: House, login: str, statement: str) -> None:
    with pytest.raises(errors.InsufficientPrivilege):
        home.run(login, statement)


def test_nobody_logs_in_as_the_owner(home: House) -> None:
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        home.run("owner", "SELECT 1")


def test_a_partition_is_reached_through_its_table_alone(home: House) -> None:
    home.run(
        "postgres",
        "CREATE TABLE parts (id int, note text) PARTITION BY RANGE (id);"
        "CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (10);"
        "GRANT SELECT ON parts_1 TO <readwrite>",
    )
    home.dbroles("apply")

    home.run("web", "INSERT INTO parts VALUES (1)")
    assert home.run("web", "SELECT id FROM parts") == [(1,)]
    with pytest.raises(errors.InsufficientPrivilege):
        home.run("web", "SELECT id FROM parts_1")


@pytest.mark.parametrize(
    ("drift", "remedy"),
    [
        ("GRANT SELECT ON brands TO PUBLIC", "REVOKE SELECT ON TABLE public.brands FROM PUBLIC"),
        ("GRANT TRUNCATE ON brands TO <web>", 'REVOKE TRUNCATE ON TABLE public.brands FROM "<web>"'),
        ("REVOKE SELECT ON brands FROM <readonly>", 'GRANT SELECT ON TABLE public.brands TO "<readonly>"'),
        ("GRANT SELECT ON brands TO <web>", 'REVOKE SELECT ON TABLE public.brands FROM "<web>"'),
        ("GRANT SELECT (password) ON users TO <readonly>",
         'REVOKE SELECT ("password") ON TABLE public.users FROM "<readonly>"'),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "REVOKE CREATE ON SCHEMA public FROM PUBLIC"),
        ("ALTER TABLE brands OWNER TO <web>", 'ALTER TABLE public.brands OWNER TO "<owner>"'),
        ("ALTER ROLE <web> BYPASSRLS CREATEROLE", 'ALTER ROLE "<web>" NOBYPASSRLS NOCREATEROLE'),
        ("ALTER ROLE <owner> LOGIN", 'ALTER ROLE "<owner>" NOLOGIN'),
        ("GRANT <owner> TO <web>", 'REVOKE "<owner>" FROM "<web>"'),
        ("ALTER DEFAULT PRIVILEGES FOR ROLE <owner> IN SCHEMA public GRANT SELECT ON TABLES TO PUBLIC",
         'ALTER DEFAULT PRIVILEGES FOR ROLE "<owner>" IN SCHEMA public REVOKE SELECT ON TABLES FROM PUBLIC'),
        ("ALTER DEFAULT PRIVILEGES FOR ROLE <migrate> GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
         'ALTER DEFAULT PRIVILEGES FOR ROLE "<migrate>" REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC'),
        ("CREATE FUNCTION late() RETURNS int LANGUAGE sql AS 'SELECT 1'",
         'ALTER ROUTINE public.late() OWNER TO "<owner>"'),
        ("CREATE TYPE mood AS ENUM ('good')", 'ALTER TYPE public.mood OWNER TO "<owner>"'),
    ],
)  # fmt: skip
def test_drift_is_told_and_mended(home: House, drift: str, remedy: str) -> None:
    home.run("postgres", drift)

    with pytest.raises(CommandError, match="dbroles apply"):
        home.dbroles("check")
    assert home.filled(remedy) in home.steps()
    home.dbroles("apply")
    assert home.steps() == []


def test_new_tables_are_closed_until_they_are_granted(home: House) -> None:
    home.run(
        "migrate",
        "CREATE TABLE fresh (id int); CREATE FUNCTION fresh() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    )

    for statement in ("SELECT * FROM fresh", "SELECT fresh()"):
        with pytest.raises(errors.InsufficientPrivilege):
            home.run("web", statement)
    home.dbroles("apply", by="migrate")
    for statement in ("SELECT * FROM fresh", "SELECT fresh()"):
        home.run("web", statement)


def test_a_table_of_the_migrating_login_is_handed_to_the_owner(home: House) -> None:
    home.run("migrate", "CREATE TABLE handed (id int)")

    home.dbroles("apply", by="migrate")

    [(owner,)] = home.run("web", "SELECT tableowner FROM pg_tables WHERE tablename = 'handed'")
    assert owner == home.roles.owner


def test_a_writing_definer_function_is_not_for_readers(home: House) -> None:
    home.run(
        "migrate",
        "CREATE FUNCTION wipe() RETURNS void LANGUAGE sql SECURITY DEFINER AS 'DELETE FROM public.brands';"
        "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql STABLE AS 'SELECT count(*) FROM public.brands'",
    )
    home.dbroles("apply")

    home.run("web", "SELECT wipe()")
    home.run("reports", "SELECT peek()")
    with pytest.raises(errors.InsufficientPrivilege):
        home.run("reports", "SELECT wipe()")


def test_a_view_that_reads_protected_rows_as_its_owner_is_for_the_bypass_alone(home: House) -> None:
    home.run(
        "postgres",
        "CREATE TABLE secrets (id int); ALTER TABLE secrets ENABLE ROW LEVEL SECURITY;"
        "CREATE VIEW leaking AS SELECT * FROM secrets;"
        "CREATE VIEW above AS SELECT * FROM leaking;"
        "CREATE VIEW tight WITH (security_invoker = true) AS SELECT * FROM secrets;"
        "CREATE MATERIALIZED VIEW copied AS SELECT * FROM secrets",
    )
    home.dbroles("apply")

    home.run("web", "SELECT * FROM tight")
    for view in ("leaking", "above", "copied"):
        home.run("staff", f"SELECT * FROM {view}")
        with pytest.raises(errors.InsufficientPrivilege):
            home.run("web", f"SELECT * FROM {view}")


def test_names_that_need_quotes(home: House) -> None:
    home.run("postgres", 'CREATE TABLE "Odd "" name" ("a, b" int)')
    home.run("postgres", """CREATE FUNCTION "f ("(x text[]) RETURNS int LANGUAGE sql AS 'SELECT 1'""")

    home.dbroles("apply")

    assert home.run("web", 'SELECT "f ("(ARRAY[\'a\']), count("a, b") FROM "Odd "" name"') == [(1, 0)]


def test_a_role_that_may_not_do_it_changes_nothing_and_prints_the_sql(bare: House) -> None:
    with bare.connect("postgres") as superuser:
        superuser.execute(bare.filled("CREATE ROLE <migrate> LOGIN").encode())

    with pytest.raises(CommandError, match=r"dbroles plan --sql.*database administrator"):
        bare.dbroles("apply", by="migrate")
    assert bare.run("postgres", bare.filled("SELECT FROM pg_roles WHERE rolname = '<owner>'")) == []

    statements = bare.dbroles("plan", "--sql", by="migrate")
    assert "password" in statements
    bare.run("postgres", statements)
    assert bare.steps() == []
    assert bare.dbroles("apply", by="migrate") == "The database is as the settings say.\n"


def test_dry_run_changes_nothing(bare: House) -> None:
    shown = json.loads(bare.dbroles("apply", "--dry-run", "--format=json"))

    assert shown["applied"] is False
    assert bare.steps() == [step["sql"] for step in shown["steps"]]


def test_many_at_once_make_each_role_once(bare: House) -> None:
    bare.alias("postgres")

    def apply(_: int) -> str:
        try:
            return bare.dbroles("apply")
        finally:
            connections[bare.alias("postgres")].close()

    with bare.declared(), ThreadPoolExecutor(6) as pool:
        told = list(pool.map(apply, range(6)))

    assert sorted(len(each.splitlines()) > 1 for each in told) == [False] * 5 + [True]
    assert bare.steps() == []


def test_two_databases_make_the_same_roles_at_once(bare: House) -> None:
    with house(bare.roles) as other:
        for each in (bare, other):
            each.alias("postgres")

        def apply(each: House) -> None:
            try:
                each.dbroles("apply")
            finally:
                connections[each.alias("postgres")].close()

        with bare.declared(), ThreadPoolExecutor(2) as pool:
            list(pool.map(apply, [bare, other]))

        assert (bare.steps(), other.steps()) == ([], [])
        _forget_roles(bare, other)


def test_open_tables_are_granted_as_they_are_made(migrated_database: None) -> None:
    with house(new_roles(new_tables="open")) as home:
        home.dbroles("apply")
        home.run("migrate", "CREATE TABLE fresh (id int)")

        home.run("web", "INSERT INTO fresh VALUES (1)")
        assert home.run("reports", "SELECT id FROM fresh") == [(1,)]
        home.dbroles("apply")
        assert home.steps() == []


def test_without_the_setting_there_is_nothing_to_do(settings: object) -> None:
    from django.core.management import call_command

    settings.SCHEMAPATTERNS = {}  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="declare no roles"):
        call_command("dbroles", "plan")


def _forget_roles(*houses: House) -> None:
    """Let go of what one database grants to roles that another one still has to drop."""
    for each in houses:
        for role in (*each.roles.logins, *each.roles.groups.values()):
            each.run("postgres", f'REASSIGN OWNED BY "{role}" TO postgres; DROP OWNED BY "{role}"')


def test_an_administrator_who_may_make_roles_needs_no_superuser(migrated_database: None) -> None:
    """As on hosted servers: no superuser, but CREATEROLE and the database."""
    with house(new_roles(), empty=True) as hosted:
        name = f"dba_{hosted.database}"
        hosted.run(
            "postgres",
            f"CREATE ROLE {name} LOGIN CREATEROLE; ALTER DATABASE {hosted.database} OWNER TO {name}",
        )
        try:
            hosted.dbroles("apply", by=name)
            assert hosted.steps(by=name) == []
            hosted.run("migrate", "CREATE TABLE made (id int)")
            hosted.dbroles("apply", by="migrate")
            hosted.run("web", "INSERT INTO made VALUES (1)")
        finally:
            hosted.run("postgres", f"REASSIGN OWNED BY {name} TO postgres; DROP OWNED BY {name}")
            _forget_roles(hosted)
            hosted.run("postgres", "".join(f'DROP ROLE "{each}";' for each in hosted.roles.logins))
            hosted.run("postgres", "".join(f'DROP ROLE "{each}";' for each in hosted.roles.groups.values()))
            hosted.run("postgres", f"DROP ROLE {name}")
