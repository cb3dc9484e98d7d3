"""What a program tries that runs SQL of its own but for the setting of who acts: nothing hidden comes out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connections, transaction

from django_schemapatterns.context import acting_as, bind
from tests.context.notes import database_like_default
from tests.rowsecurity.app.models import Document
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.roles import LOGIN, PASSWORD
from tests.rowsecurity.test_leaks import as_person, last
from tests.rowsecurity.world import World

TABLE = "rowtests_document"
OURS = {"north ann", "north ann public"}
LEAK = (
    "CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001 AS "
    "$$BEGIN RAISE EXCEPTION 'seen: %', $1; END$$; "
)


@pytest.fixture
def ann(world: World, shop: str) -> Iterator[str]:
    """The alias of a program in whose name Ann acts for North."""
    with as_person(world, "ann"):
        yield shop


@pytest.mark.django_db
def test_the_database_is_there() -> None:
    assert ask("default", "SELECT relrowsecurity FROM pg_class WHERE oid = to_regclass(%s)", [TABLE]) == [
        (True,)
    ]


def attempt(using: str, sql: str) -> Any:
    """Return the rows of the last statement, or its error; nothing of it stays."""
    try:
        with transaction.atomic(using):
            bind(using=using)
            try:
                return last(using, sql)
            finally:
                transaction.set_rollback(True, using=using)
    except DatabaseError as error:
        return str(error)


@pytest.mark.parametrize(
    "sql",
    [
        f"SELECT title FROM {TABLE} TABLESAMPLE SYSTEM (100)",
        f"SELECT title FROM {TABLE} FOR KEY SHARE",
        f"SELECT title FROM ONLY {TABLE}",
        f"UPDATE {TABLE} AS d SET is_public = is_public FROM rowtests_person RETURNING d.title",
        f"DELETE FROM {TABLE} USING rowtests_person RETURNING title",
        f"CREATE TEMPORARY VIEW seen AS SELECT title FROM {TABLE}; TABLE seen",
        f"CREATE TEMPORARY TABLE copied AS SELECT title FROM {TABLE}; TABLE copied",
        f"CREATE TEMPORARY TABLE {TABLE} (LIKE {TABLE}); SELECT title FROM public.{TABLE}",
        f"PREPARE reading AS SELECT title FROM {TABLE}; EXECUTE reading",
        f"DECLARE reading CURSOR WITH HOLD FOR SELECT title FROM {TABLE}; FETCH ALL reading",
    ],
)
def test_nothing_else_is_read(ann: str, sql: str) -> None:
    rows = attempt(ann, sql)

    assert isinstance(rows, list)
    assert rows
    assert {title for (title,) in rows} <= OURS


@pytest.mark.parametrize(
    "sql",
    [
        f"{LEAK} SELECT title FROM {TABLE} WHERE pg_temp.tell(title) AND title = 'south ann'",
        f"SELECT title FROM {TABLE} WHERE title::int > 0 AND title LIKE 'south%'",
        f"SELECT 1 / length(replace(title, 'north bob', '')) FROM {TABLE}",
        f"SELECT most_common_vals FROM pg_stats WHERE tablename = '{TABLE}'",
        "SELECT most_common_vals FROM pg_stats_ext",
    ],
)
def test_no_error_and_no_statistic_tells_of_hidden_rows(ann: str, sql: str) -> None:
    ask("default", f"ANALYZE {TABLE}")

    rows = attempt(ann, sql)

    assert isinstance(rows, list), rows
    assert not rows or rows == [(0,), (0,)]


ROW = "OVERRIDING SYSTEM VALUE VALUES ({id}, {north}, {ann}, '{title}', false)"
ANOTHERS = "INSERT (tenant_id, owner_id, title, is_public) VALUES ({south}, {ann}, 'x', false)"
INSERT = f"INSERT INTO {TABLE} (id, tenant_id, owner_id, title, is_public) {ROW}"


@pytest.mark.parametrize(
    "sql",
    [
        INSERT + " ON CONFLICT (id) DO UPDATE SET title = 'stolen' RETURNING title",
        INSERT.replace("{north}", "{south}").replace("{id}", "4711") + " RETURNING title",
        f"MERGE INTO {TABLE} USING (SELECT 1) AS s ON true WHEN MATCHED THEN UPDATE SET owner_id = {{bob}}",
        f"MERGE INTO {TABLE} USING (SELECT 1) AS s ON false WHEN NOT MATCHED THEN {ANOTHERS}",
        f"UPDATE {TABLE} SET tenant_id = {{south}}",
        f"WITH moved AS (UPDATE {TABLE} SET owner_id = {{bob}} RETURNING 1) SELECT count(*) FROM moved",
        f"SELECT title FROM {TABLE} WHERE set_config('row_security', 'off', true) = 'off'; TABLE {TABLE}",
        "SET SESSION AUTHORIZATION app_admin",
        "SELECT set_config('role', 'app_admin', false)",
        "SET ROLE app_owner",
        f"CREATE POLICY more ON {TABLE} USING (true)",
        f"CREATE TABLE pg_temp.heir () INHERITS ({TABLE})",
        f"CREATE RULE more AS ON SELECT TO {TABLE} DO INSTEAD SELECT 1",
        f"CREATE TRIGGER more BEFORE UPDATE ON {TABLE} EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        f"CREATE INDEX ON {TABLE} (title)",
        f"ALTER TABLE {TABLE} OWNER TO CURRENT_USER",
        f"CREATE TABLE public.pointing (id bigint REFERENCES {TABLE})",
    ],
)
def test_it_is_refused(world: World, ann: str, sql: str) -> None:
    people = {"ann": world.ann.pk, "bob": world.bob.pk, "north": world.north.pk, "south": world.south.pk}
    hidden = Document.objects.get(title="north bob").pk

    found = attempt(ann, sql.format(id=hidden, title="x", **people))

    assert isinstance(found, str), found
    assert "row-level security" in found or "permission denied" in found or "must be owner" in found, found


def test_a_conflict_with_a_hidden_row_changes_nothing(world: World, ann: str) -> None:
    hidden = Document.objects.get(title="north bob")
    values = {"id": hidden.pk, "north": world.north.pk, "ann": world.ann.pk, "title": "x"}

    assert attempt(ann, f"{INSERT.format(**values)} ON CONFLICT DO NOTHING RETURNING title") == []
    sql = f"MERGE INTO {TABLE} USING (SELECT 1) AS s ON id = {hidden.pk} WHEN MATCHED THEN DELETE"
    ask(ann, sql)
    assert Document.objects.filter(pk=hidden.pk, title="north bob").exists()


def test_copy_tells_what_whoever_acts_may_see(ann: str) -> None:
    with transaction.atomic(ann), connections[ann].cursor() as cursor:
        bind(using=ann)
        with cursor.copy(f"COPY {TABLE} (title) TO STDOUT") as copy:
            assert {title for (title,) in copy.rows()} == OURS


def test_a_plan_that_was_kept_is_nobody_elses(world: World, logins: None) -> None:
    """Also with parameters and statements that psycopg prepares on the server."""
    options = {"server_side_binding": True, "prepare_threshold": 1}
    with database_like_default("prepared", USER=LOGIN, PASSWORD=PASSWORD, OPTIONS=options):
        for name in ("ann", "bob") * 5:
            with as_person(world, name):
                found = Document.objects.using("prepared").filter(is_public=False)
                assert [document.title for document in found] == [f"north {name}"]
        assert list(Document.objects.using("prepared")) == []
        assert ask("prepared", "SELECT count(*) > 0 FROM pg_prepared_statements") == [(True,)]


def test_a_plan_of_another_role_is_made_anew(world: World) -> None:
    seen = []
    with acting_as(world.ann, tenant=world.north), transaction.atomic():
        bind()
        ask("default", f"SET LOCAL ROLE app_admin; PREPARE counting AS SELECT count(*) FROM {TABLE}")
        for role in ("app_admin", "app_readwrite") * 6:
            ask("default", f"SET LOCAL ROLE {role}")
            seen.append(ask("default", "EXECUTE counting")[0][0])
        ask("default", "RESET ROLE; DEALLOCATE counting")

    assert seen == [5, 2] * 6
