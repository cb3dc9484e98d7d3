"""Without any one of the policies somebody sees or changes what is not theirs, or can not do what is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from django_schemapatterns.context import acting_as
from tests.context.notes import database_like_default
from tests.rowsecurity.app.models import Document, Page, Person, Secret, Team, Tenant
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.roles import ADMIN, LOGIN, PASSWORD
from tests.rowsecurity.world import HOLDER, World

TABLES = ["rowtests_document", "rowtests_page", "rowtests_team", "rowtests_secret"]


@pytest.mark.django_db
def test_every_policy_is_in_the_list() -> None:
    rows = ask(
        "default",
        "SELECT tablename || '.' || policyname FROM pg_policies WHERE tablename = ANY (%s)",
        [TABLES],
    )

    assert {name for (name,) in rows} == {f"rowtests_{name}" for name in POLICIES}


def attempt(action: Callable[[], Any]) -> Any:
    """Return what an action gives, "refused" if the database does not let it be done; nothing of it stays."""
    try:
        with transaction.atomic("web"):
            try:
                return action()
            finally:
                transaction.set_rollback(True, using="web")
    except DatabaseError:
        return "refused"


def everything(world: World) -> list[Any]:
    """Try what people may do and what not."""
    found = [
        *deeds(world, world.ann, world.north),
        *deeds(world, world.bob, world.north),
        *deeds(world, world.cid, world.south),
    ]
    secrets = Secret.objects.using("web")
    for clearance in (0, 3):
        with acting_as(HOLDER, clearance=clearance):
            found += [attempt(lambda: sorted(secrets.values_list("level", flat=True)))]
            found += [attempt(lambda: secrets.create(holder=HOLDER, level=7).level)]
    with database_like_default("office", USER=ADMIN, PASSWORD=PASSWORD):
        found += [Document.objects.using("office").count(), Page.objects.using("office").count()]
    with transaction.atomic():
        ask("default", f"GRANT SELECT ON {', '.join(TABLES)} TO app_owner; SET LOCAL ROLE app_owner")
        found += [ask("default", f"SELECT count(*) FROM {table}") for table in TABLES]
        transaction.set_rollback(True)
    return found


def deeds(world: World, person: Person, tenant: Tenant) -> list[Any]:
    """Try what one of them may do and what not."""
    documents, pages = Document.objects.using("web"), Page.objects.using("web")
    teams = Team.objects.using("web")
    own = Document.objects.get(owner=person, tenant=tenant, is_public=person == world.cid)
    there = [world.north.pk, world.south.pk]
    insert = (
        "INSERT INTO rowtests_document (owner_id, tenant_id, title, is_public) VALUES (%s, %s, '', false)"
    )
    tries: list[Callable[[], Any]] = [
        lambda: sorted(documents.values_list("title", flat=True)),
        lambda: sorted(pages.values_list("text", flat=True)),
        lambda: sorted(teams.values_list("name", flat=True)),
        lambda: documents.update(title="changed"),
        lambda: pages.update(text="changed"),
        lambda: teams.update(name="changed"),
        lambda: pages.create(document=own, text="new").text,
        lambda: changed("UPDATE rowtests_document SET title = 'changed'"),
        lambda: changed("DELETE FROM rowtests_page"),
        lambda: changed("DELETE FROM rowtests_document"),
        *(partial(changed, insert, [person.pk, other]) for other in there),
        *(partial(changed, "UPDATE rowtests_document SET tenant_id = %s", [other]) for other in there),
    ]
    with acting_as(person, tenant=tenant):
        return [attempt(each) for each in tries]


def changed(sql: str, params: Any = None) -> int:
    with connections["web"].cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(sql, params)
        return int(cursor.rowcount)


@contextmanager
def without(policy: str) -> Iterator[None]:
    """Drop a policy and make it again."""
    table, name = policy.split(".")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT format('CREATE POLICY %%I ON rowtests_%%I AS %%s FOR %%s TO %%s%%s%%s', policyname, "
            "%s::text, permissive, cmd, array_to_string(roles, ', '), ' USING (' || qual || ')', "
            "' WITH CHECK (' || with_check || ')') "
            "FROM pg_policies WHERE tablename = 'rowtests_' || %s AND policyname = %s",
            [table, table, name],
        )
        [(again,)] = cursor.fetchall()
        cursor.execute(f"DROP POLICY {name} ON rowtests_{table}")
        try:
            yield
        finally:
            cursor.execute(again)
            cursor.execute(f"COMMENT ON POLICY {name} ON rowtests_{table} IS 'django-schemapatterns'")


POLICIES = [
    *(f"{table}.owner" for table in ("document", "page", "team", "secret")),
    *(f"document.wall_{command}" for command in ("select", "insert", "update", "delete")),
    *(f"document.own_{command}" for command in ("select", "insert", "update", "delete")),
    *(f"page.own_{command}" for command in ("select", "insert", "update", "delete")),
    "document.public_select",
    "document.bypass",
    "page.public_select",
    "page.bypass",
    "team.member_select",
    "team.leader_update",
    "secret.held_select",
    "secret.held_insert",
    "secret.cleared_select",
]


@pytest.mark.parametrize("policy", POLICIES)
def test_without_any_one_policy_something_is_different(world: World, policy: str) -> None:
    with database_like_default("web", USER=LOGIN, PASSWORD=PASSWORD):
        expected = everything(world)
        with without(policy):
            found = everything(world)
        assert found != expected
        assert everything(world) == expected
