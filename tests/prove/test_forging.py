"""Where contexts have to be signed, the proof tries to forge one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connections
from django.test.utils import override_settings

from django_schemapatterns.roles.proofs.forging import forged
from django_schemapatterns.rowsecurity import signed_context
from tests.roles.house import House

KEYS = {"CONTEXT_KEYS": {"k": bytes(range(32))}}


@pytest.fixture
def signing(bank: House) -> Iterator[str]:
    """The alias of a program, in a database that believes what is signed."""
    owner = bank.alias("postgres")
    with override_settings(SCHEMAPATTERNS=KEYS):
        signed_context.require(owner)
        yield bank.alias("web")
    signed_context.believe(owner)


def trials(using: str) -> dict[str, tuple[str, str]]:
    return {each.trial: (each.status, each.detail) for each in forged(connections[using])}


def test_who_sets_the_user_by_hand_is_refused(signing: str) -> None:
    assert trials(signing) == {
        "signed context": ("ok", "this process is believed"),
        "forged context": ("ok", "who sets the user by hand is refused"),
    }


def test_a_database_that_believes_after_all_has_failed(bank: House, signing: str) -> None:
    bank.run(
        "postgres",
        "CREATE OR REPLACE FUNCTION schemapatterns.context_setting(name text) RETURNS text "
        "LANGUAGE sql STABLE SECURITY DEFINER AS 'SELECT current_setting(name, true)'",
    )

    assert trials(signing)["forged context"] == ("failed", "who sets the user by hand is believed")


def test_a_process_that_is_not_believed_has_proven_nothing(signing: str) -> None:
    with override_settings(SCHEMAPATTERNS={"CONTEXT_KEYS": {"k": bytes(range(100, 132))}}):
        status, detail = trials(signing)["signed context"]

    assert status == "failed"
    assert "its signature is wrong" in detail


def test_a_database_that_believes_everything_is_not_asked(bank: House) -> None:
    assert trials(bank.alias("web")) == {}
