"""A database that believes none but signed contexts: whoever injects SQL is nobody, or is refused."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from time import time
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, connections, transaction
from django.test.utils import override_settings

from django_schemapatterns.context import acting_as, bind
from django_schemapatterns.context.signing import ANY_BACKEND, Signer, signers
from django_schemapatterns.exceptions import ConfigurationError, ContextRefused, NotAllowed
from django_schemapatterns.rowsecurity import signed_context
from django_schemapatterns.rowsecurity.signed_context_checks import (
    check_signed_context,
    check_unsigned_context,
)
from tests.context.notes import database_like_default
from tests.rowsecurity.app.models import Document
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.roles import LOGIN, PASSWORD
from tests.rowsecurity.test_leaks import as_person, backend, owners
from tests.rowsecurity.world import World

OLD, NEW = (base64.b64encode(bytes(range(start, start + 32))).decode() for start in (0, 100))
SET = (
    "SELECT set_config('app.current_user_id', %s, true), set_config('app.current_tenant_id', %s, true), "
    "set_config('app.context_signature', %s, true)"
)


@pytest.mark.django_db
def test_a_new_database_believes_every_context() -> None:
    found = signed_context.state()
    assert found is not None
    assert (found.is_required, found.is_owner, found.readers) == (False, True, [])


def keys(**options: Any) -> Any:
    return override_settings(SCHEMAPATTERNS={**settings.SCHEMAPATTERNS, **options})


@contextmanager
def believing_all() -> Iterator[None]:
    try:
        yield
    finally:
        signed_context.believe()


@pytest.fixture
def signed(world: World) -> Iterator[None]:
    with believing_all(), keys(CONTEXT_KEYS={"old": OLD}):
        signed_context.require()
        yield


def seen_by(using: str, user: object, tenant: object, signature: str) -> int:
    """How many documents are seen by who sets the settings himself, past the carrier."""
    connections[using].ensure_connection()
    with connections[using].connection.transaction(), connections[using].connection.cursor() as cursor:
        cursor.execute(SET, [str(user), str(tenant), signature])
        found = cursor.execute("SELECT count(*) FROM rowtests_document").fetchone()
    return int(found[0])


def signature_for(world: World, using: str, **options: Any) -> str:
    values = [str(world.ann.pk), str(world.north.pk), "", ""]
    return signers()[0].sign(values, **{"backend": backend(using), **options})


@pytest.mark.usefixtures("signed")
class TestSigned:
    def test_the_application_reads_and_writes_as_before(self, world: World, web: str) -> None:
        for name in ("ann", "bob"):
            with as_person(world, name):
                assert owners(web) == {name.title()}
                with transaction.atomic(web):
                    assert owners(web) == {name.title()}
                    Document.objects.using(web).create(owner=getattr(world, name), tenant=world.north)
        assert owners(web) == set()

    def test_so_it_does_after_a_savepoint_is_rolled_back(self, world: World, web: str) -> None:
        with as_person(world, "ann"), transaction.atomic(web):
            with transaction.atomic(web), as_person(world, "bob"):
                assert owners(web) == {"Bob"}
                transaction.set_rollback(True, web)
            assert owners(web) == {"Ann"}

    def test_bind_signs(self, world: World, shop: str) -> None:
        with as_person(world, "ann"), transaction.atomic(shop):
            bind(shop)
            raw = connections[shop].connection
            assert raw.execute("SELECT schemapatterns.current_user_id()").fetchone() == (world.ann.pk,)

    def test_nobody_needs_no_signature(self, shop: str) -> None:
        assert ask(shop, "SELECT schemapatterns.current_user_id()") == [(None,)]

    @pytest.mark.parametrize(
        "signature", ["", "old", "old:1:0", "gone:1:0:00", "old:x:0:00", "::::", "old:1:0:"]
    )
    def test_what_is_not_signed_is_refused(self, world: World, shop: str, signature: str) -> None:
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="The context is not believed"):
            seen_by(shop, world.ann.pk, world.north.pk, signature)

    def test_a_session_without_any_signature_is_refused(self, world: World, shop: str) -> None:
        with connections[shop].cursor() as cursor:
            raw = cursor.connection
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="it has no signature"):
                raw.execute(
                    f"SET app.current_user_id = {world.ann.pk}; SELECT count(*) FROM rowtests_document"
                )

    def test_what_is_signed_is_believed_and_nothing_else_is(self, world: World, shop: str) -> None:
        signature = signature_for(world, shop)

        assert seen_by(shop, world.ann.pk, world.north.pk, signature) == 2
        for user, tenant in (
            (world.bob.pk, world.north.pk),
            (world.ann.pk, world.south.pk),
            (world.ann.pk, ""),
            (f"{world.ann.pk}|1:{world.north.pk}", ""),
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="its signature is wrong"):
                seen_by(shop, user, tenant, signature)

    def test_a_signature_is_of_no_use_to_another_backend(self, world: World, shop: str) -> None:
        signature = signature_for(world, shop)
        with database_like_default("other", USER=LOGIN, PASSWORD=PASSWORD):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="it was signed for backend"):
                seen_by("other", world.ann.pk, world.north.pk, signature)
            anywhere = signature_for(world, shop, backend=ANY_BACKEND)
            assert seen_by("other", world.ann.pk, world.north.pk, anywhere) == 2

    @pytest.mark.parametrize(("seconds", "is_believed"), [(-70, False), (-50, True), (50, True), (70, False)])
    def test_a_signature_counts_for_a_minute(
        self, world: World, shop: str, seconds: int, is_believed: bool
    ) -> None:
        signature = signature_for(world, shop, now=time() + seconds)
        if is_believed:
            assert seen_by(shop, world.ann.pk, world.north.pk, signature) == 2
            return
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="it was signed at"):
            seen_by(shop, world.ann.pk, world.north.pk, signature)

    def test_injected_sql_does_not_change_who_acts(self, world: World, shop: str) -> None:
        """The same statement sets the user for its own policies: what no wrapper can prevent."""
        injected = f"set_config('app.current_user_id', '{world.bob.pk}', true)"
        with as_person(world, "ann"), pytest.raises(ContextRefused, match="its signature is wrong"):
            ask(shop, f"WITH x AS MATERIALIZED (SELECT {injected}) SELECT d.* FROM x, rowtests_document AS d")
        with as_person(world, "ann"), transaction.atomic(shop):
            ask(shop, f"SELECT * FROM rowtests_document WHERE {injected} <> ''")
            raw = connections[shop].connection
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="its signature is wrong"):
                raw.execute("SELECT * FROM rowtests_document")
            transaction.set_rollback(True, shop)

    def test_the_audit_log_believes_no_other(self, world: World, shop: str) -> None:
        asked = "SELECT user_id FROM schemapatterns.audit_context()"
        with as_person(world, "ann"):
            assert ask(shop, asked) == [(str(world.ann.pk),)]
        raw = connections[shop].connection
        with raw.transaction(), raw.cursor() as cursor:
            cursor.execute(SET, [str(world.bob.pk), "", ""])
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="The context is not believed"):
                cursor.execute(asked)
            raise psycopg.Rollback

    @pytest.mark.parametrize("name", ["is_superuser", "app.other", "app.context_signature", None])
    def test_nothing_else_is_to_be_had_from_it(self, shop: str, name: str | None) -> None:
        if name is None:
            assert ask(shop, "SELECT schemapatterns.context_setting(NULL)") == [("",)]
            return
        with pytest.raises(Exception, match="no setting of the context"):
            ask(shop, "SELECT schemapatterns.context_setting(%s)", [name])

    def test_nobody_sees_the_keys(self, shop: str) -> None:
        for sql in ("SELECT * FROM schemapatterns.context_key", "DELETE FROM schemapatterns.context_key"):
            with pytest.raises(Exception, match="permission denied for table context_key"):
                ask(shop, sql)

    def test_a_parallel_plan_is_told_by_the_leader(self, world: World, shop: str) -> None:
        """Its workers are other backends."""
        with as_person(world, "ann"), transaction.atomic(shop):
            for name in ("parallel_setup_cost", "parallel_tuple_cost", "min_parallel_table_scan_size"):
                ask(shop, f"SET LOCAL {name} = 0")
            ask(
                "default",
                "INSERT INTO rowtests_document (tenant_id, owner_id, title, is_public) "
                f"SELECT {world.north.pk}, {world.ann.pk}, 'x', false FROM generate_series(1, 5000)",
            )
            ask("default", "ANALYZE rowtests_document")
            wrapped = "SELECT count(*) FROM rowtests_document"
            plan = "\n".join(line for (line,) in ask(shop, f"EXPLAIN {wrapped}"))
            assert "Gather" in plan
            assert ask(shop, wrapped) == [(5002,)]
            bare = "SELECT count(*) FROM rowtests_document WHERE owner_id = schemapatterns.current_user_id()"
            assert ask(shop, bare) == [(5002,)]

    def test_what_is_told_in_any_words_is_signed_alike(self, world: World, shop: str) -> None:
        words = ["é 日本 😀", "100 % 'quoted' \"twice\" \\ back", "a|b:c|4:d", "\x1f\t\n", "x" * 3000]
        for reason in words:
            with acting_as(world.ann, tenant=world.north, reason=reason, note={"nested": [reason]}):
                assert ask(shop, "SELECT schemapatterns.claim('reason')") == [(reason,)]


@pytest.mark.usefixtures("signed")
class TestKeys:
    def test_they_are_changed_without_a_pause(self, world: World, shop: str) -> None:
        def seen() -> set[str]:
            with as_person(world, "ann"):
                return owners(shop)

        with keys(CONTEXT_KEYS={"old": OLD, "new": NEW}):
            signed_context.require()
            assert seen() == {"Ann"}
        with keys(CONTEXT_KEYS={"new": NEW, "old": OLD}):
            assert seen() == {"Ann"}
        with keys(CONTEXT_KEYS={"new": NEW}):
            signed_context.require()
            assert seen() == {"Ann"}
        with pytest.raises(ContextRefused, match="signed with the key 'old', which is not known here"):
            seen()

    def test_a_program_without_a_key_is_nobody(self, world: World, shop: str) -> None:
        with keys(CONTEXT_KEYS=None):
            assert owners(shop) == set()
            with as_person(world, "ann"), pytest.raises(ContextRefused, match="it has no signature"):
                owners(shop)

    def test_another_key_of_the_same_name_signs_nothing(self, world: World, shop: str) -> None:
        with (
            keys(CONTEXT_KEYS={"old": NEW}),
            as_person(world, "ann"),
            pytest.raises(ContextRefused, match="its signature is wrong"),
        ):
            owners(shop)

    def test_roles_that_were_granted_them_by_default_lose_them(self, shop: str) -> None:
        ask("default", f"GRANT SELECT ON schemapatterns.context_key TO {LOGIN}")
        state = signed_context.state()
        assert state is not None
        assert state.readers == [LOGIN]
        assert [each.id for each in check_signed_context(["default"])] == ["schemapatterns.E472"]

        signed_context.require()

        assert check_signed_context(["default"]) == []

    def test_others_than_the_owner_do_not_decide(self, shop: str) -> None:
        for decide in (signed_context.require, signed_context.believe):
            with pytest.raises(NotAllowed, match=r"is for .* to say"):
                decide(shop)
        with pytest.raises(CommandError, match=r"is for .* to say"):
            call_command("signed_context", "off", database=shop)


def status(using: str) -> dict[str, Any]:
    out = StringIO()
    call_command("signed_context", "status", database=using, format="json", stdout=out)
    return dict(json.loads(out.getvalue()))


def test_nothing_is_asked_for_until_it_is_switched_on(world: World, shop: str) -> None:
    with believing_all(), keys(CONTEXT_KEYS=None):
        with pytest.raises(CommandError, match=r"CONTEXT_KEYS.* holds no key"):
            call_command("signed_context", "on")
        assert seen_by(shop, world.ann.pk, world.north.pk, "") == 2
        with keys(CONTEXT_KEYS={"old": OLD}):
            assert check_signed_context([shop]) == []
            assert [each.id for each in check_unsigned_context([shop])] == ["schemapatterns.W471"]
            assert not status(shop)["is_required"]
            call_command("signed_context", "on", stdout=StringIO())
            assert status(shop) == {**status("default"), "is_required": True, "is_owner": False}
            assert [*check_signed_context([shop]), *check_unsigned_context([shop])] == []
        assert [each.id for each in check_signed_context([shop])] == ["schemapatterns.E470"]
        with pytest.raises(CommandError, match="does not believe this process"):
            status(shop)
        call_command("signed_context", "off", stdout=StringIO())
        assert check_signed_context([shop]) == []
    assert ask("default", "SELECT count(*) FROM schemapatterns.context_key") == [(0,)]


@pytest.mark.parametrize(
    "given", [{}, [], 5, {"a": "short"}, {"a": "A" * 43 + "="}, {"a b": OLD}, {"a": "env:NOT_SET"}]
)
def test_keys_that_are_none_are_refused_and_not_shown(world: World, shop: str, given: Any) -> None:
    with keys(CONTEXT_KEYS=given), as_person(world, "ann"):
        with pytest.raises(ConfigurationError, match="CONTEXT_KEYS") as refused:
            owners(shop)
        assert "A" * 43 not in str(refused.value)


def test_signer_is_an_hmac_by_the_book() -> None:
    """Against values that OpenSSL computed, so that no change of the code changes what is signed."""
    signer = Signer("k", bytes(range(32)))
    signed = signer.sign(["5", "", "é", '{"a":1}'], backend=42, now=1_767_225_600.9)
    assert signed == "k:1767225600:42:f67d4a0768a4ac24e8901cce63dc1e56ba195426c485de4071b5b36ea8272923"
    inner, outer = signer.blocks
    assert len(inner) == len(outer) == 64
    assert bytes(a ^ b for a, b in zip(inner, outer, strict=True)) == bytes([0x36 ^ 0x5C]) * 64


def test_an_empty_search_path_and_foreign_functions_change_nothing(
    world: World, signed: None, shop: str
) -> None:
    """Functions that an attacker puts in his own schema are not called by the owner's."""
    ask("default", f"CREATE SCHEMA evil AUTHORIZATION {LOGIN}")
    try:
        ask(shop, "CREATE FUNCTION evil.sha256(bytea) RETURNS bytea LANGUAGE sql AS $$ SELECT ''::bytea $$")
        ask(shop, "CREATE FUNCTION evil.encode(bytea, text) RETURNS text LANGUAGE sql AS $$ SELECT 'x' $$")
        ask(shop, "SET search_path = evil, pg_catalog, public")
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="its signature is wrong"):
            seen_by(shop, world.ann.pk, world.north.pk, f"old:{int(time())}:0:x")
    finally:
        connections[shop].close()
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA evil CASCADE")
