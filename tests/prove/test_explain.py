"""`explain_row_security` says which policy shows a row, or hides it."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import models
from django.test.utils import isolate_apps, override_settings

from django_schemapatterns.management.commands import explain_row_security
from tests.roles.house import House


@pytest.fixture(autouse=True)
def _models(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with isolate_apps("tests.testapp"):

        class Safe(models.Model):  # noqa: DJ008
            class Meta:
                app_label = "testapp"
                db_table = "safes"

        monkeypatch.setattr(explain_row_security, "model_named", lambda name: Safe)
        yield


def explain(bank: House, *arguments: str, login: str = "web", witness: str = "staff") -> tuple[int, Any]:
    output, code = io.StringIO(), 0
    with override_settings(SCHEMAPATTERNS={"ROLES": bank.roles}):
        try:
            call_command(
                "explain_row_security", "testapp.Safe", "--format=json", *arguments,
                database=bank.alias(login), witness=bank.alias(witness), stdout=output,
            )  # fmt: skip
        except CommandError as error:
            code = error.returncode
    return code, json.loads(output.getvalue())


def safe_of(bank: House, owner: int) -> str:
    [(key,), *_] = bank.run("postgres", f"SELECT id FROM safes WHERE owner_id = {owner}")
    return f"--pk={key}"


def test_a_row_of_ones_own(bank: House) -> None:
    code, found = explain(bank, safe_of(bank, 1), "--user=1")

    assert (code, found["verdict"]) == (0, "visible")
    assert found["reason"].startswith("the policy own allows it: (owner_id = ")
    assert {each["policy"]: (each["applies"], each["result"]) for each in found["policies"]} == {
        "own": (True, True),
        "bypass": (False, None),
    }


def test_a_row_of_another(bank: House) -> None:
    code, found = explain(bank, safe_of(bank, 2), "--user=1")

    assert (code, found["verdict"]) == (1, "hidden")
    assert found["reason"] == "none of the policies that allow select holds for the row: own"


def test_nobody(bank: House) -> None:
    _, found = explain(bank, safe_of(bank, 2))

    assert found["verdict"] == "hidden"
    assert [each["result"] for each in found["policies"] if each["policy"] == "own"] == [None]


def test_a_wall_hides_what_is_allowed(bank: House) -> None:
    bank.run("postgres", "CREATE POLICY wall ON safes AS RESTRICTIVE TO <readwrite> USING (label = 'x')")
    try:
        _, found = explain(bank, safe_of(bank, 1), "--user=1")
    finally:
        bank.run("postgres", "DROP POLICY wall ON safes")

    assert found["reason"] == "the restrictive policy wall does not hold: (label = 'x'::text)"


def test_a_role_without_a_policy(bank: House) -> None:
    _, found = explain(bank, safe_of(bank, 1), "--user=1", login="reports")

    assert found["reason"] == f"no policy allows select to {bank.login('reports')}"


def test_a_role_without_a_grant(bank: House) -> None:
    bank.run("postgres", "REVOKE SELECT ON safes FROM <readonly>")
    try:
        _, found = explain(bank, safe_of(bank, 1), "--user=1", login="reports")
    finally:
        bank.run("postgres", "GRANT SELECT ON safes TO <readonly>")

    assert "has no grant to SELECT" in found["reason"]


def test_a_role_that_no_policy_binds(bank: House) -> None:
    _, found = explain(bank, safe_of(bank, 1), login="postgres")

    assert (found["verdict"], "no policy binds" in found["reason"]) == ("visible", True)


def test_a_lookup_that_is_hidden_from_the_application(bank: House) -> None:
    bank.run(
        "postgres",
        "CREATE TABLE members (user_id int); INSERT INTO members VALUES (1);"
        "ALTER TABLE members ENABLE ROW LEVEL SECURITY; GRANT SELECT ON members TO <readwrite>, <admin>;"
        "CREATE POLICY bypass ON members TO <admin> USING (true);"
        "CREATE POLICY team ON safes TO <readwrite> USING ("
        "  (SELECT schemapatterns.current_user_id(NULL::int)) = ANY (ARRAY(SELECT user_id FROM members)))",
    )
    try:
        _, found = explain(bank, safe_of(bank, 2), "--user=1")
    finally:
        bank.run("postgres", "DROP POLICY team ON safes; DROP TABLE members")

    assert (found["verdict"], "is hidden from it" in found["reason"]) == ("hidden", True)


def test_no_such_row(bank: House) -> None:
    code, found = explain(bank, "--pk=0", "--user=1")

    assert (code, found["verdict"]) == (1, "no such row")


def test_for_people(bank: House) -> None:
    shown = io.StringIO()

    call_command(
        "explain_row_security", "testapp.Safe", safe_of(bank, 1), "--user=1", no_color=True,
        database=bank.alias("web"), witness=bank.alias("staff"), stdout=shown,
    )  # fmt: skip

    assert f"  true           own (allows all to {bank.login('readwrite')}): (owner_id = " in shown.getvalue()


@pytest.mark.parametrize("arguments", [["--pk=x"], ["--pk=1", "--user=[1]"]])
def test_bad_input(bank: House, arguments: list[str]) -> None:
    with pytest.raises(CommandError, match=r"--pk is 'x'|neither the key"):
        call_command("explain_row_security", "testapp.Safe", *arguments, database=bank.alias("web"))


def test_unknown_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()

    with pytest.raises(CommandError, match=r"Did you mean shop\.order\?"):
        explain_row_security.model_named("shop.Ordr")
