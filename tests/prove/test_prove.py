"""`prove_row_security` proves what holds, finds each way around it, and says what it could not try."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from django.test.utils import override_settings

from django_schemapatterns.management.commands import prove_row_security
from tests.prove.conftest import OF_SAFE, OWN
from tests.roles.house import House


@pytest.fixture(autouse=True)
def _no_models(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tables have no models; what models declare is another test's."""
    monkeypatch.setattr(prove_row_security, "declared_tables", lambda alias: {})


def proof(bank: House, *arguments: str, login: str = "web", witness: str | None = "staff") -> tuple[int, Any]:
    output, code = io.StringIO(), 0
    given = ["--witness", bank.alias(witness)] if witness else []
    with override_settings(SCHEMAPATTERNS={"ROLES": bank.roles}):
        try:
            call_command(
                "prove_row_security",
                "--format=json",
                *given,
                *arguments,
                database=bank.alias(login),
                stdout=output,
            )
        except CommandError as error:
            code = error.returncode
    return code, json.loads(output.getvalue())


def failures(findings: Any, status: str = "failed") -> set[tuple[str, str]]:
    return {(each["table"], each["trial"]) for each in findings if each["status"] == status}


@contextmanager
def changed(bank: House, change: str, back: str) -> Iterator[None]:
    bank.run("postgres", change)
    connections[bank.alias("web")].close()
    try:
        yield
    finally:
        bank.run("postgres", back)
        connections[bank.alias("web")].close()


def test_what_holds_is_proven(bank: House) -> None:
    before = bank.run("postgres", "SELECT * FROM safes ORDER BY id")

    code, findings = proof(bank)

    assert (code, failures(findings), failures(findings, "unknown")) == (0, set(), set())
    trials = {each["trial"] for each in findings if each["table"] == "public.safes"}
    assert trials == {
        "enabled", "nobody", "truncate", "view safe_labels", "read", "update", "delete", "insert",
        "hand over", "foreign key coins_safe_id_fkey", "orphans", "owners",
    }  # fmt: skip
    assert bank.run("postgres", "SELECT * FROM safes ORDER BY id") == before


def test_two_who_are_named_need_no_witness(bank: House) -> None:
    code, findings = proof(bank, "--actor=1", '--actor={"user": 2}', witness=None)

    assert code == 0
    assert any("user 1 sees 0 of 3 rows of user 2" in each["detail"] for each in findings)


POLICY = "ALTER POLICY own ON {} USING ({}) WITH CHECK ({})"
RESTORE = POLICY.format("safes", OWN, OWN)
ALSO = "CREATE POLICY also ON safes FOR {} TO <readwrite> {}"


@pytest.mark.parametrize(
    ("change", "back", "found"),
    [
        ("ALTER TABLE safes DISABLE ROW LEVEL SECURITY", "ALTER TABLE safes ENABLE ROW LEVEL SECURITY", None),
        ("ALTER ROLE <web> BYPASSRLS", "ALTER ROLE <web> NOBYPASSRLS", ("(connection)", "role")),
        ("GRANT <admin> TO <web>", "REVOKE <admin> FROM <web>", ("(connection)", "role")),
        (ALSO.format("SELECT", "USING (true)"), "DROP POLICY also ON safes", ("public.safes", "nobody")),
        (ALSO.format("SELECT", "USING (schemapatterns.current_user_id(NULL::bigint) IS NOT NULL)"),
         "DROP POLICY also ON safes", ("public.safes", "read")),
        (ALSO.format("INSERT", "WITH CHECK (true)"), "DROP POLICY also ON safes", ("public.safes", "insert")),
        (POLICY.format("safes", OWN, "true"), RESTORE, ("public.safes", "hand over")),
        (POLICY.format("coins", OF_SAFE, "true"),
         POLICY.format("coins", OF_SAFE, OF_SAFE),
         ("public.safes", "foreign key coins_safe_id_fkey")),
        ("GRANT TRUNCATE ON safes TO <web>", "REVOKE TRUNCATE ON safes FROM <web>",
         ("public.safes", "truncate")),
        ("ALTER VIEW safe_labels RESET (security_invoker)",
         "ALTER VIEW safe_labels SET (security_invoker = true)",
         ("public.safes", "view safe_labels")),
        ("CREATE TABLE heir () INHERITS (safes); GRANT SELECT ON heir TO <web>", "DROP TABLE heir",
         ("public.safes", "partition heir")),
        ("CREATE MATERIALIZED VIEW copied AS SELECT * FROM safes; GRANT SELECT ON copied TO <web>",
         "DROP MATERIALIZED VIEW copied", ("public.safes", "view copied")),
    ],
)  # fmt: skip
def test_each_hole_is_found(bank: House, change: str, back: str, found: tuple[str, str] | None) -> None:
    with changed(bank, change, back):
        code, findings = proof(bank)

    if found is None:  # the table is not known to be protected, unless a model declares it
        assert "public.safes" not in {each["table"] for each in findings}
        return
    assert (code, found in failures(findings)) == (1, True)


def test_update_and_delete_of_the_rows_of_another(bank: House) -> None:
    seen = "schemapatterns.current_user_id(NULL::bigint) IS NOT NULL"
    change = f"ALTER POLICY own ON safes USING ({seen}) WITH CHECK ({seen})"
    with changed(bank, change, RESTORE):
        code, findings = proof(bank, "--actor=1", "--actor=2")

    assert code == 1
    assert {("public.safes", each) for each in ("read", "update", "delete", "insert")} <= failures(findings)
    assert bank.run("postgres", "SELECT count(*) FROM safes") == [(9,)]


def test_partition_that_is_granted_itself(bank: House) -> None:
    make = (
        f"CREATE TABLE parts (owner_id bigint) PARTITION BY LIST (owner_id);"
        f"CREATE TABLE parts_1 PARTITION OF parts DEFAULT; INSERT INTO parts VALUES (1), (2);"
        f"ALTER TABLE parts ENABLE ROW LEVEL SECURITY; GRANT SELECT ON parts, parts_1 TO <web>;"
        f"CREATE POLICY own ON parts TO <web> USING ({OWN}); GRANT SELECT ON parts TO <admin>;"
        f"CREATE POLICY bypass ON parts TO <admin> USING (true)"
    )
    with changed(bank, make, "DROP TABLE parts"):
        code, findings = proof(bank)
        assert (code, ("public.parts", "partition parts_1") in failures(findings)) == (1, True)

        bank.run("postgres", "ALTER TABLE parts_1 ENABLE ROW LEVEL SECURITY")
        _, findings = proof(bank)
        assert ("public.parts", "partition parts_1") not in failures(findings)
        assert ("public.parts", "partitions") in failures(findings, "ok")


def test_a_table_without_rows_of_two_is_unknown(bank: House) -> None:
    make = (
        f"CREATE TABLE empty (owner_id bigint); ALTER TABLE empty ENABLE ROW LEVEL SECURITY;"
        f"GRANT SELECT ON empty TO <web>, <admin>; CREATE POLICY own ON empty TO <web> USING ({OWN})"
    )
    with changed(bank, make, "DROP TABLE empty"):
        code, findings = proof(bank)

    unknown = {("public.empty", "isolation"), ("public.empty", "orphans")}
    assert (code, failures(findings, "unknown")) == (2, unknown)


def test_a_policy_that_is_dropped_is_not_called_proven(bank: House) -> None:
    with changed(
        bank, "DROP POLICY own ON safes", f"CREATE POLICY own ON safes TO <readwrite> USING ({OWN})"
    ):
        code, findings = proof(bank)

    assert code == 2
    assert ("public.safes", "isolation") in failures(findings, "unknown")


ORPHAN = """
ALTER TABLE coins DISABLE TRIGGER ALL; INSERT INTO coins (safe_id, worth) VALUES (4711, 0);
ALTER TABLE coins ENABLE TRIGGER ALL
"""


def test_rows_that_point_at_none_are_found(bank: House) -> None:
    with changed(bank, ORPHAN, "DELETE FROM coins WHERE safe_id = 4711"):
        code, findings = proof(bank)

    assert (code, failures(findings)) == (1, {("public.coins", "orphans")})
    assert any("1 rows point at no row of safes" in each["detail"] for each in findings)


def test_what_the_witness_is_not_shown_is_unknown(bank: House) -> None:
    with changed(
        bank,
        "ALTER POLICY bypass ON safes USING (label IS NOT NULL)",
        "ALTER POLICY bypass ON safes USING (true)",
    ):
        code, findings = proof(bank)

    assert (code, failures(findings)) == (2, set())
    assert failures(findings, "unknown") == {("public.safes", "orphans"), ("public.coins", "orphans")}


def test_rows_without_an_owner_are_told(bank: House) -> None:
    change = "ALTER TABLE safes ALTER owner_id DROP NOT NULL; INSERT INTO safes (label) VALUES ('lost')"
    back = "DELETE FROM safes WHERE owner_id IS NULL; ALTER TABLE safes ALTER owner_id SET NOT NULL"
    shown = ALSO.format("SELECT", "USING (owner_id IS NULL)")
    with changed(bank, change, back):
        code, findings = proof(bank)
        with changed(bank, shown, "DROP POLICY also ON safes"):
            _, shown_findings = proof(bank)

    assert (code, failures(findings, "unknown")) == (2, {("public.safes", "owners")})
    assert ("public.safes", "owners") in failures(shown_findings, "ok")


TENANTS = f"""
CREATE TABLE papers (
    id int PRIMARY KEY, tenant bigint NOT NULL, owner_id bigint NOT NULL, UNIQUE (tenant, id)
);
CREATE TABLE notes (id int PRIMARY KEY, tenant bigint NOT NULL, paper int, {{rule}});
INSERT INTO papers VALUES (1, 1, 1), (2, 1, 2), (3, 2, 3), (4, 2, 1);
INSERT INTO notes VALUES (1, 1, 1), (2, 2, {{paper}});
ALTER TABLE papers ENABLE ROW LEVEL SECURITY; ALTER TABLE notes ENABLE ROW LEVEL SECURITY;
GRANT SELECT, INSERT, UPDATE, DELETE ON papers, notes TO <web>; GRANT SELECT ON papers, notes TO <admin>;
CREATE POLICY own ON papers TO <web> USING ({OWN});
CREATE POLICY wall ON papers AS RESTRICTIVE TO <web>
    USING (tenant = (SELECT schemapatterns.current_tenant_id(NULL::bigint)));
CREATE POLICY wall ON notes TO <web> USING (tenant = (SELECT schemapatterns.current_tenant_id(NULL::bigint)));
CREATE POLICY bypass ON papers TO <admin> USING (true); CREATE POLICY bypass ON notes TO <admin> USING (true)
"""


def test_a_row_may_point_at_a_hidden_one_of_its_tenant_and_at_no_other(bank: House) -> None:
    rule = "CONSTRAINT within FOREIGN KEY (tenant, paper) REFERENCES papers (tenant, id)"
    with changed(bank, TENANTS.format(rule=rule, paper=3), "DROP TABLE notes, papers"):
        code, findings = proof(bank)

    assert (code, failures(findings), failures(findings, "unknown")) == (0, set(), set())
    assert any("user 2 and tenant 1" in each["detail"] for each in findings if each["trial"] == "read")


def test_rows_that_point_through_the_wall_are_found(bank: House) -> None:
    rule = "CONSTRAINT across FOREIGN KEY (paper) REFERENCES papers (id)"
    with changed(bank, TENANTS.format(rule=rule, paper=1), "DROP TABLE notes, papers"):
        code, findings = proof(bank)

    assert code == 1
    assert {("public.papers", "foreign key across"), ("public.notes", "orphans")} <= failures(findings)
    assert any("1 rows point at another tenant's of papers" in each["detail"] for each in findings)


def test_tenants(bank: House) -> None:
    mine = "tenant = (SELECT schemapatterns.current_tenant_id(NULL::text))"
    make = (
        "CREATE TABLE desks (id int PRIMARY KEY, tenant text);"
        "ALTER TABLE desks ENABLE ROW LEVEL SECURITY;"
        "INSERT INTO desks VALUES (1, 'north'), (2, 'south');"
        "GRANT SELECT, INSERT, UPDATE ON desks TO <web>;"
        f"GRANT SELECT ON desks TO <admin>; CREATE POLICY bypass ON desks TO <admin> USING (true);"
        f"CREATE POLICY own ON desks TO <web> USING ({mine})"
    )
    with changed(bank, make, "DROP TABLE desks"):
        code, findings = proof(bank)

    assert (code, failures(findings), failures(findings, "unknown")) == (0, set(), set())
    details = [
        each["detail"] for each in findings if (each["table"], each["trial"]) == ("public.desks", "read")
    ]
    assert details == ["tenant north sees 0 of 1 rows of tenant south"] or details == [
        "tenant south sees 0 of 1 rows of tenant north"
    ]


def test_claims_must_be_given(bank: House) -> None:
    make = (
        "CREATE TABLE files (id int PRIMARY KEY, team text); ALTER TABLE files ENABLE ROW LEVEL SECURITY;"
        "INSERT INTO files VALUES (1, 'a'), (2, 'b'); GRANT SELECT ON files TO <web>;"
        "CREATE POLICY own ON files TO <web> USING (team = (SELECT schemapatterns.claim('team')))"
    )
    with changed(bank, make, "DROP TABLE files"):
        _, findings = proof(bank)
        unknown = {("public.files", "isolation"), ("public.files", "orphans")}
        assert failures(findings, "unknown") == unknown

        _, findings = proof(bank, '--actor={"team": "a"}', '--actor={"team": "b"}')
        assert ("public.files", "isolation") not in failures(findings, "unknown")


def test_what_a_model_declares_and_the_database_lacks(bank: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(prove_row_security, "declared_tables", lambda alias: {'"brands"': "shop.Brand"})

    code, findings = proof(bank)

    assert (code, failures(findings)) == (1, {("shop.Brand", "enabled")})


def test_as_a_table_for_people(bank: House) -> None:
    with override_settings(SCHEMAPATTERNS={"ROLES": bank.roles}):
        shown = io.StringIO()
        call_command(
            "prove_row_security",
            witness=bank.alias("staff"),
            database=bank.alias("web"),
            stdout=shown,
            no_color=True,
        )

    assert "public.safes  truncate                        ok       not granted" in shown.getvalue()


def test_the_witness_is_found_by_its_login(bank: House) -> None:
    bank.alias("staff")

    code, _ = proof(bank, witness=None)

    assert code == 0


@pytest.mark.parametrize(
    ("arguments", "said"),
    [(["--actor=1"], "nobody to be isolated from"), (["--actor=[1]"] * 2, "neither the key")],
)
def test_bad_input(bank: House, arguments: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("prove_row_security", *arguments, database=bank.alias("web"), stdout=io.StringIO())
