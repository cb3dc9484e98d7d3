"""What an ordinary program sees and changes, whoever acts: on a connection of its own, past no policy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, IntegrityError, ProgrammingError, connections, transaction
from django.db.models import F, IntegerField

from django_schemapatterns.context import acting_as, current
from django_schemapatterns.exceptions import ContextInvalid, ContextMissing
from tests.context.notes import database_like_default
from tests.rowsecurity.app.models import Document, Page, Secret, Team
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.roles import ADMIN, PASSWORD, REPORTS
from tests.rowsecurity.world import HOLDER, World


def titles(using: str) -> list[str]:
    return sorted(Document.objects.using(using).values_list("title", flat=True))


def texts(using: str) -> list[str]:
    return sorted(Page.objects.using(using).values_list("text", flat=True))


def test_everybody_sees_own_and_public_rows_of_one_tenant(world: World, web: str) -> None:
    with acting_as(world.ann, tenant=world.north):
        assert titles(web) == ["north ann", "north ann public"]
    with acting_as(world.bob, tenant=world.north):
        assert titles(web) == ["north ann public", "north bob"]
    with acting_as(world.ann, tenant=world.south):
        assert titles(web) == ["south ann", "south cid public"]


def test_nobody_sees_nothing(world: World, web: str) -> None:
    assert titles(web) == []
    assert texts(web) == []
    with acting_as(tenant=world.north):
        assert titles(web) == ["north ann public"]
    with acting_as(world.ann):
        assert titles(web) == []


def test_a_related_table_follows(world: World, web: str) -> None:
    with acting_as(world.bob, tenant=world.north):
        assert texts(web) == ["north ann public", "north bob"]
        with pytest.raises(ProgrammingError, match="row-level security"):
            Page.objects.using(web).create(document=Document.objects.get(title="north ann"), text="forged")
        own = Document.objects.get(title="north bob")
        assert Page.objects.using(web).create(document=own, text="new").pk


def test_many_to_many_and_conditions_on_one_and_the_same_link(world: World, shop: str) -> None:
    teams = Team.objects.using(shop)
    with acting_as(world.ann):
        assert [team.name for team in teams.all()] == ["red"]
        assert teams.update(name="scarlet") == 1
    with acting_as(world.bob):
        assert [team.name for team in teams.all()] == ["scarlet"]
        assert teams.update(name="crimson") == 0
    with acting_as(world.cid):
        assert [team.name for team in teams.all()] == ["blue"]


def test_no_row_is_written_for_others(world: World, web: str) -> None:
    documents = Document.objects.using(web)
    with acting_as(world.ann, tenant=world.north):
        assert documents.create(owner=world.ann, title="mine").tenant_id == world.north.pk
        for forged in (
            {"owner": world.bob, "tenant": world.north},
            {"owner": world.ann, "tenant": world.south},
        ):
            with pytest.raises(ProgrammingError, match="row-level security"):
                documents.create(title="forged", **forged)


def test_no_row_of_others_is_changed(world: World, web: str) -> None:
    documents = Document.objects.using(web)
    with acting_as(world.bob, tenant=world.north):
        assert documents.update(title="bob was here") == 1
        assert documents.filter(title="north ann public").update(title="defaced") == 0
        assert documents.filter(title="north ann public").delete()[0] == 0
        assert documents.filter(owner=world.ann, is_public=False).delete()[0] == 0
    assert Document.objects.filter(title="bob was here").count() == 1
    assert Document.objects.count() == 5


@pytest.mark.parametrize("moved", [{"tenant": "south"}, {"owner": "bob"}])
def test_no_row_is_given_away(world: World, shop: str, moved: dict[str, str]) -> None:
    [(field, name)] = moved.items()
    new = getattr(world, name)
    with acting_as(world.ann, tenant=world.north):
        with pytest.raises(ProgrammingError, match="row-level security"):
            Document.objects.using(shop).filter(title="north ann").update(**{field: new})
        with pytest.raises(ProgrammingError, match="row-level security"):
            ask(shop, f"UPDATE rowtests_document SET {field}_id = %s", [new.pk])


def test_bypass_goes_by_the_role_of_the_connection(world: World) -> None:
    with database_like_default("office", USER=ADMIN, PASSWORD=PASSWORD):
        assert len(titles("office")) == 5
        with acting_as(world.bob, tenant=world.south):
            assert len(titles("office")) == 5
            assert Document.objects.using("office").update(title=F("title")) == 5
        assert Team.objects.using("office").count() == 0


def test_readers_see_what_whoever_acts_may_see_and_write_nothing(world: World) -> None:
    with database_like_default("reports", USER=REPORTS, PASSWORD=PASSWORD):
        with acting_as(world.ann, tenant=world.north):
            assert titles("reports") == ["north ann", "north ann public"]
            with pytest.raises(ProgrammingError, match="permission denied"):
                Document.objects.using("reports").update(title="")
        assert titles("reports") == []


def test_a_strict_table_names_what_is_missing(world: World, web: str) -> None:
    secrets = Secret.objects.using(web)
    with pytest.raises(ContextMissing, match="Nobody acts"):
        secrets.count()
    with acting_as(HOLDER), pytest.raises(ContextMissing, match="clearance"):
        list(secrets.all())
    with acting_as(HOLDER, clearance=0):
        assert [secret.level for secret in secrets.all()] == [5]
    with acting_as(HOLDER, clearance=3):
        assert sorted(secret.level for secret in secrets.all()) == [1, 5]
        with pytest.raises(ProgrammingError, match="row-level security"):
            secrets.create(holder=uuid4(), level=1)
        assert secrets.create(holder=HOLDER, level=9).pk
    connections[web].close()
    with acting_as(HOLDER, clearance=3):
        assert secrets.count() == 3


def test_a_key_of_another_type_is_refused_by_name(world: World, web: str) -> None:
    with acting_as("ann", tenant=world.north), pytest.raises(ContextInvalid, match="bigint"):
        Document.objects.using(web).count()
    with acting_as(7, clearance=0), pytest.raises(ContextInvalid, match="uuid"):
        Secret.objects.using(web).count()
    with acting_as(HOLDER, clearance="high"), pytest.raises(ContextInvalid, match="integer"):
        Secret.objects.using(web).count()


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["bigint", "uuid", "text"])
def test_functions_give_the_type_that_is_asked_for(kind: str) -> None:
    for function in ("current_user_id(", "current_tenant_id(", "claim('x', "):
        call = f"schemapatterns.{function}NULL::{kind})"
        assert ask("default", f"SELECT pg_typeof({call})::text, {call} IS NULL") == [(kind, True)]


def test_expressions_serve_ordinary_queries_and_defaults(world: World, web: str) -> None:
    with acting_as(world.ann, tenant=world.north, level=3):
        documents = Document.objects.filter(owner=current.user_id.typed(Document._meta.get_field("owner")))
        assert documents.count() == 3
        assert Secret.objects.filter(level__gt=current.claim("level", IntegerField())).count() == 1
        assert ask("default", "SELECT schemapatterns.current_user_id()") == [(world.ann.pk,)]
        assert ask("default", "SELECT schemapatterns.claim('level', 0)") == [(3,)]
    assert ask("default", "SELECT schemapatterns.current_tenant_id() IS NULL") == [(True,)]
    with pytest.raises(IntegrityError):
        Document.objects.create(owner=world.ann, title="of no tenant")


@pytest.mark.parametrize(
    "attack",
    [
        "ALTER TABLE rowtests_document NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE rowtests_document DISABLE ROW LEVEL SECURITY",
        "DROP POLICY wall_select ON rowtests_document",
        "TRUNCATE rowtests_document",
        "SET ROLE app_admin",
        "SET row_security = off; SELECT * FROM rowtests_document",
        "COPY rowtests_document (title) FROM STDIN",
    ],
)
def test_a_program_can_not_lift_it(world: World, shop: str, attack: str) -> None:
    with acting_as(world.ann, tenant=world.north), pytest.raises(DatabaseError), transaction.atomic(shop):
        ask(shop, attack)
    with acting_as(world.ann, tenant=world.north):
        assert len(titles(shop)) == 2


READINGS: list[Callable[[str], Any]] = [
    lambda using: Document.objects.using(using).filter(title="north bob").exists(),
    lambda using: Document.objects.using(using).filter(title="north bob").first(),
    lambda using: list(Page.objects.using(using).filter(document__title="north bob")),
    lambda using: ask(using, "SELECT * FROM rowtests_document WHERE title = 'north bob'"),
    lambda using: ask(using, "TABLE rowtests_document OFFSET 2"),
    lambda using: ask(
        using, "WITH d AS (SELECT * FROM rowtests_document) SELECT * FROM d WHERE title ~ 'bob'"
    ),
    lambda using: ask(using, "SELECT 1 FROM public . rowtests_document WHERE title ~ 'bob'"),
    lambda using: ask(using, "DELETE FROM rowtests_page WHERE text ~ 'bob' RETURNING *"),
]


@pytest.mark.parametrize("reading", READINGS)
def test_no_way_of_reading_shows_more(world: World, web: str, reading: Callable[[str], Any]) -> None:
    with acting_as(world.ann, tenant=world.north):
        assert not reading(web)
    with acting_as(world.bob, tenant=world.north):
        assert reading(web) or reading is READINGS[4]
