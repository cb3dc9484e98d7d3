"""The checks tell what lets rows around the policies, and are silent where nothing does."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import connections
from django.test.utils import override_settings
from pytest_django import DjangoDbBlocker

from django_schemapatterns.roles.checks import check_roles
from django_schemapatterns.roles.connection_checks import check_connection, check_version
from django_schemapatterns.roles.grant_checks import check_grants
from tests.roles.house import House, house, new_roles


@pytest.fixture(scope="module")
def vault(migrated_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """A database with one protected table, which policies let staff pass."""
    with django_db_blocker.unblock(), house(new_roles()) as made:
        made.run(
            "postgres",
            "CREATE TABLE safes (id int, owner int) PARTITION BY LIST (id);"
            "CREATE TABLE safes_1 PARTITION OF safes DEFAULT;"
            "CREATE TABLE chests (id int);"
            "ALTER TABLE chests ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;"
            "ALTER TABLE safes ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
        )
        made.dbroles("apply")
        made.run(
            "postgres",
            "CREATE POLICY own ON safes TO <readwrite> USING (owner = 1);"
            "CREATE POLICY bypass ON safes TO <admin> USING (true);"
            "CREATE POLICY everybody ON chests FOR SELECT TO <readwrite> USING (true)",
        )
        yield made


def found(check: Any, home: House, login: str, *, declared: bool = True) -> list[str]:
    return [str(each.id).rpartition(".")[2] for each in messages(check, home, login, declared=declared)]


def messages(check: Any, home: House, login: str, *, declared: bool = True) -> list[CheckMessage]:
    given = {"ROLES": home.roles} if declared else {}
    with override_settings(SCHEMAPATTERNS=given):
        result: list[CheckMessage] = check(databases=[home.alias(login)])
    return result


@pytest.mark.parametrize("login", ["web", "reports", "staff", "migrate"])
def test_every_declared_login_is_fine(vault: House, login: str) -> None:
    assert found(check_connection, vault, login) == []
    assert found(check_grants, vault, login) == []


@pytest.mark.parametrize(
    ("change", "back", "number"),
    [
        ("ALTER ROLE <web> SUPERUSER", "ALTER ROLE <web> NOSUPERUSER", "E440"),
        ("ALTER ROLE <web> BYPASSRLS", "ALTER ROLE <web> NOBYPASSRLS", "E441"),
        ("ALTER TABLE safes OWNER TO <web>", "ALTER TABLE safes OWNER TO <owner>", "E442"),
        ("GRANT <owner> TO <web>", "REVOKE <owner> FROM <web>", "E443"),
        ("GRANT <migrate> TO <web>", "REVOKE <migrate> FROM <web>", "E443"),
        ("GRANT postgres TO <web>", "REVOKE postgres FROM <web>", "E444"),
        ("GRANT <admin> TO <web>", "REVOKE <admin> FROM <web>", "E445"),
        ("GRANT <staff> TO <web>", "REVOKE <staff> FROM <web>", "E445"),
        (
            "ALTER ROLE <web> SET app.current_user_id = '1'",
            "ALTER ROLE <web> RESET app.current_user_id",
            "E447",
        ),
    ],
)
def test_connection_that_policies_do_not_bind(vault: House, change: str, back: str, number: str) -> None:
    vault.run("postgres", change)
    connections[vault.alias("web")].close()
    try:
        assert number in found(check_connection, vault, "web")
        assert number in found(check_connection, vault, "web", declared=False)
    finally:
        vault.run("postgres", back)
        connections[vault.alias("web")].close()

    assert found(check_connection, vault, "web") == []


def test_a_role_that_is_shown_every_row_unless_there_is_a_wall(vault: House) -> None:
    helper = f"helper_{vault.database}"
    vault.run(
        "postgres",
        f"CREATE ROLE {helper}; GRANT {helper} TO <web>;"
        f"CREATE POLICY helps ON safes FOR SELECT TO {helper} USING (true)",
    )
    try:
        assert found(check_connection, vault, "web") == ["E445"]
        vault.run("postgres", f"CREATE POLICY wall ON safes AS RESTRICTIVE TO {helper} USING (id = 1)")
        assert found(check_connection, vault, "web") == []
        vault.run("postgres", "DROP POLICY wall ON safes; ALTER POLICY helps ON safes USING (owner = 2)")
        assert found(check_connection, vault, "web") == []
    finally:
        vault.run("postgres", f"DROP OWNED BY {helper}; DROP ROLE {helper}")
        connections[vault.alias("web")].close()


@pytest.mark.parametrize(
    ("version", "told"),
    [(150_013, True), (150_014, False), (160_009, True), (170_005, True), (170_006, False), (180_000, False)],
)
def test_releases_with_known_holes(version: int, told: bool) -> None:
    assert [each.id for each in check_version(version)] == ["schemapatterns.W459"] * told


def test_the_login_behind_an_assumed_role_counts(vault: House) -> None:
    alias = vault.alias("migrate")
    vault.run("postgres", "GRANT <readwrite> TO <migrate>")
    try:
        with connections[alias].cursor() as cursor:
            cursor.execute(vault.filled("SET ROLE <readwrite>"))
        assert "E443" in found(check_connection, vault, "migrate", declared=False)
    finally:
        connections[alias].close()
        vault.run("postgres", "REVOKE <readwrite> FROM <migrate>")


def test_a_preset_of_the_database(vault: House) -> None:
    vault.run("postgres", f"ALTER DATABASE {vault.database} SET app.current_tenant_id = '7'")
    try:
        [message] = messages(check_connection, vault, "web")
    finally:
        vault.run("postgres", f"ALTER DATABASE {vault.database} RESET app.current_tenant_id")

    assert message.id == "schemapatterns.E447"
    assert message.msg.startswith(f"app.current_tenant_id is preset for database {vault.database}:")


def test_drift_from_the_settings(vault: House) -> None:
    vault.run("postgres", "GRANT TRUNCATE ON brands TO PUBLIC")
    try:
        assert found(check_connection, vault, "web") == ["W448"]
    finally:
        vault.run("postgres", "REVOKE TRUNCATE ON brands FROM PUBLIC")


def test_a_project_without_protected_tables_and_roles_is_not_asked(bare: House) -> None:
    for (relation,) in bare.run("postgres", "SELECT oid::regclass::text FROM pg_class WHERE relrowsecurity"):
        bare.run("postgres", f"ALTER TABLE {relation} DISABLE ROW LEVEL SECURITY")
    bare.run("postgres", "GRANT SELECT ON brands TO PUBLIC")

    assert found(check_connection, bare, "postgres", declared=False) == []
    assert found(check_grants, bare, "postgres", declared=False) == []


HEIR = "CREATE TABLE heir () INHERITS (chests); GRANT SELECT ON heir TO <web>"
WALL = "CREATE POLICY wall ON chests AS RESTRICTIVE TO <readwrite> USING (id = 1)"
DEFINER = "CREATE FUNCTION peek() RETURNS int LANGUAGE sql SECURITY DEFINER {} AS 'SELECT 1'"


@pytest.mark.parametrize(
    ("change", "back", "number"),
    [
        ("GRANT SELECT ON brands TO PUBLIC", "REVOKE SELECT ON brands FROM PUBLIC", "W450"),
        ("GRANT TRUNCATE ON safes TO <web>", "REVOKE TRUNCATE ON safes FROM <web>", "W451"),
        ("GRANT REFERENCES ON safes TO <web>", "REVOKE REFERENCES ON safes FROM <web>", "W451"),
        ("GRANT SELECT ON safes_1 TO <web>", "REVOKE SELECT ON safes_1 FROM <web>", "W452"),
        ("GRANT CREATE ON SCHEMA public TO PUBLIC", "REVOKE CREATE ON SCHEMA public FROM PUBLIC", "W453"),
        ("GRANT CREATE ON SCHEMA public TO <web>", "REVOKE CREATE ON SCHEMA public FROM <web>", "W453"),
        (DEFINER.format(""), "DROP FUNCTION peek", "W454"),
        (DEFINER.format("SET search_path = public"), "DROP FUNCTION peek", "W454"),
        ("CREATE VIEW seen AS SELECT * FROM safes; GRANT SELECT ON seen TO <web>", "DROP VIEW seen", "W455"),
        ("CREATE MATERIALIZED VIEW seen AS SELECT * FROM safes; GRANT SELECT ON seen TO <web>",
         "DROP MATERIALIZED VIEW seen", "W456"),
        (HEIR, "DROP TABLE heir", "W452"),
        (f"CREATE VIEW seen AS SELECT * FROM chests; GRANT SELECT ON seen TO <readwrite>; {WALL}",
         "DROP VIEW seen; DROP POLICY wall ON chests", "W455"),
        ("CREATE PUBLICATION news FOR TABLE chests", "DROP PUBLICATION news", "W457"),
        ("CREATE PUBLICATION news FOR TABLE safes", "DROP PUBLICATION news", "W457"),
        ("CREATE FUNCTION odd(text) RETURNS boolean LANGUAGE sql LEAKPROOF AS 'SELECT true'",
         "DROP FUNCTION odd", "W458"),
    ],
)  # fmt: skip
def test_hole(vault: House, change: str, back: str, number: str) -> None:
    vault.run("postgres", change)
    try:
        assert found(check_grants, vault, "web") == [number]
    finally:
        vault.run("postgres", back)


@pytest.mark.parametrize(
    ("change", "back"),
    [
        (DEFINER.format("SET search_path = pg_catalog, pg_temp"), "DROP FUNCTION peek"),
        (DEFINER.format("SET search_path = ''"), "DROP FUNCTION peek"),
        ("CREATE VIEW seen WITH (security_invoker) AS SELECT * FROM safes; GRANT SELECT ON seen TO <web>",
         "DROP VIEW seen"),
        ("CREATE VIEW seen AS SELECT * FROM safes; GRANT SELECT ON seen TO <admin>", "DROP VIEW seen"),
        ("CREATE VIEW seen AS SELECT * FROM brands; GRANT SELECT ON seen TO <web>", "DROP VIEW seen"),
        ("GRANT TRUNCATE ON brands TO <web>", "REVOKE TRUNCATE ON brands FROM <web>"),
        (f"{HEIR}; ALTER TABLE heir ENABLE ROW LEVEL SECURITY", "DROP TABLE heir"),
        ("CREATE VIEW seen AS SELECT * FROM chests; GRANT SELECT ON seen TO <readwrite>", "DROP VIEW seen"),
        ("CREATE PUBLICATION news FOR TABLE chests WHERE (id > 7)", "DROP PUBLICATION news"),
    ],
)  # fmt: skip
def test_no_hole(vault: House, change: str, back: str) -> None:
    vault.run("postgres", change)
    try:
        assert found(check_grants, vault, "web") == []
    finally:
        vault.run("postgres", back)


@pytest.mark.parametrize(
    ("hidden", "said"),
    [
        ({"accounts.Usr": ["password"]}, "Did you mean 'accounts.user'?"),
        ({"accounts.User": ["pasword"]}, "Did you mean 'password'?"),
        ({"accounts.User": ["groups"]}, "no column 'groups' of accounts.User"),
    ],
)
def test_hidden_columns_that_are_not_there(settings: Any, hidden: Any, said: str) -> None:
    settings.SCHEMAPATTERNS = {"ROLES": {"hidden": hidden}}

    [message] = check_roles()

    assert (message.id, said in message.msg) == ("schemapatterns.E449", True)


def test_hidden_columns_that_are_there(settings: Any) -> None:
    settings.SCHEMAPATTERNS = {"ROLES": {"hidden": {"accounts.User": ["phone"]}}}

    assert check_roles() == []
