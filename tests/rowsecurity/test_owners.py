"""What the owner of tables does in migrations: no superuser, and shown by FORCE no more than others."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connection, models, transaction
from django.db.migrations import AlterField, RunPython, RunSQL
from django.db.models import Q

from django_schemapatterns.constraints import Allow, RowSecurity
from django_schemapatterns.context import current
from django_schemapatterns.rowsecurity.database_checks import check_connection
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.test_migrations import OWN, TABLE, paper, switches
from tests.schema.story import Story

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner() -> Iterator[None]:
    """Let migrations run as a role that owns what it makes, and is otherwise ordinary."""
    ask("default", "CREATE ROLE rowtests_owner NOLOGIN")
    ask("default", "GRANT ALL ON SCHEMA public, schemapatterns TO rowtests_owner")
    ask("default", "SET LOCAL ROLE rowtests_owner")
    yield
    if not connection.needs_rollback:
        ask("default", "RESET ROLE")


def insert(table: str, columns: str, *rows: str) -> None:
    """Put rows into a table, whatever its policies say."""
    ask("default", "RESET ROLE")
    for row in rows:
        ask("default", f"INSERT INTO {table} ({columns}) VALUES ({row})")
    ask("default", "SET LOCAL ROLE rowtests_owner")


def child(target: Any) -> Any:
    """Return a function that declares a protected model that points at papers, or only says so."""
    meta = {"app_label": "testapp", "constraints": [RowSecurity(Allow("own", when=Q(owner=current.user_id)))]}
    return lambda: type(
        "Copy",
        (models.Model,),
        {
            "__module__": __name__,
            "Meta": type("Meta", (), dict(meta)),
            "owner": models.BigIntegerField(),
            "paper": target(),
        },
    )


@pytest.mark.usefixtures("owner")
@pytest.mark.parametrize("paper_id", [1, 4711])
def test_a_foreign_key_is_checked_against_all_rows(paper_id: int) -> None:
    story = Story(paper(RowSecurity(OWN)), child(lambda: models.BigIntegerField(db_column="paper_id")))
    insert(TABLE, "id, owner", "1, 1")
    insert("testapp_copy", "owner, paper_id", f"1, {paper_id}")
    assert ask("default", "SELECT count(*) FROM testapp_copy") == [(0,)]

    before, after = story.state, story.state.clone()
    change = AlterField(
        "copy", "paper", models.ForeignKey("testapp.Paper", models.CASCADE, db_column="paper_id")
    )
    change.state_forwards("testapp", after)

    def migrate() -> None:
        with connection.schema_editor() as editor:
            change.database_forwards("testapp", editor, before, after)

    if paper_id == 1:
        migrate()
    else:
        with pytest.raises(IntegrityError, match="4711"):
            migrate()
        return
    assert (switches(), switches("testapp_copy")) == ((True, True), (True, True))


@pytest.mark.usefixtures("owner")
def test_values_for_null_reach_all_rows() -> None:
    title = models.TextField(null=True)
    story = Story(paper(RowSecurity(OWN), title=title))
    insert(TABLE, "owner", "1", "2")

    story.becomes(paper(RowSecurity(OWN), title=models.TextField(default="untitled")))

    ask("default", "RESET ROLE")
    assert ask("default", f"SELECT DISTINCT title FROM {TABLE}") == [("untitled",)]
    assert switches() == (True, True)


def renaming(apps: Any, editor: Any) -> None:
    apps.get_model("testapp", "Paper").objects.update(title="renamed")


def titles() -> list[Any]:
    ask("default", "RESET ROLE")
    return ask("default", f"SELECT title, count(*) FROM {TABLE} GROUP BY 1")


@pytest.mark.usefixtures("owner")
def test_a_data_migration_that_would_miss_rows_fails_and_says_why() -> None:
    story = Story(paper(RowSecurity(OWN), title=models.TextField(default="")))
    insert(TABLE, "owner, title", "1, 'old'", "2, 'old'")

    with pytest.raises(ProgrammingError, match=f'"{TABLE}"') as failed, transaction.atomic():
        story._apply(RunPython(renaming))
    with pytest.raises(ProgrammingError, match=f'"{TABLE}"'), transaction.atomic():
        story._apply(RunSQL(f"DELETE FROM {TABLE}"))
    story._apply(RunPython(lambda apps, editor: apps.get_model("testapp", "Paper")))

    assert f"not shown all rows of {TABLE}" in failed.value.__notes__[0]
    assert ask("default", "SHOW row_security") == [("on",)]
    assert titles() == [("old", 2)]


@pytest.mark.usefixtures("owner")
def test_a_data_migration_may_be_about_what_is_shown() -> None:
    story = Story(paper(RowSecurity(OWN), title=models.TextField(default="")))
    insert(TABLE, "owner, title", "1, 'old'")

    def look(apps: Any, editor: Any) -> None:
        editor.execute("SET LOCAL row_security = on")
        renaming(apps, editor)

    story._apply(RunPython(look))

    assert titles() == [("old", 1)]


@pytest.mark.usefixtures("owner")
def test_a_data_migration_reaches_all_rows_where_the_role_passes_by() -> None:
    story = Story(paper(RowSecurity(OWN, bypass=["rowtests_owner"]), title=models.TextField(default="")))
    insert(TABLE, "owner, title", "1, 'old'", "2, 'old'")

    story._apply(RunPython(renaming))

    assert titles() == [("renamed", 2)]


@pytest.mark.usefixtures("owner")
def test_the_check_tells_of_tables_that_hide_rows_from_who_migrates() -> None:
    Story(paper(RowSecurity(OWN)))

    [message] = [each for each in check_connection(connection) if each.id == "schemapatterns.W428"]

    assert f"owns {TABLE} and is not shown" in message.msg
    ask("default", "RESET ROLE")
    assert [each for each in check_connection(connection) if each.id == "schemapatterns.W428"] == []


@pytest.mark.django_db(transaction=True)
def test_the_alarm_ends_with_a_migration_that_is_no_transaction() -> None:
    ask("default", "CREATE ROLE rowtests_late NOLOGIN; CREATE TABLE late (id int); SET ROLE rowtests_late")
    try:
        ask("default", "RESET ROLE; ALTER TABLE late OWNER TO rowtests_late")
        ask("default", "ALTER TABLE late ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        ask("default", "SET ROLE rowtests_late")
        with pytest.raises(ProgrammingError), connection.schema_editor(atomic=False) as editor:
            editor.execute("SELECT * FROM late")
        assert ask("default", "SHOW row_security") == [("on",)]
    finally:
        ask("default", "RESET ROLE; DROP TABLE late; DROP ROLE rowtests_late")


@pytest.fixture
def declared_owner() -> Iterator[None]:
    """Let the tables and what the test makes be the declared owner's."""
    ask("default", "GRANT ALL ON SCHEMA public, schemapatterns TO app_owner")
    ask("default", "GRANT app_readwrite TO CURRENT_USER; SET LOCAL ROLE app_owner")
    yield
    ask("default", "RESET ROLE")


@pytest.mark.usefixtures("declared_owner")
def test_what_runs_as_the_declared_owner_sees_all_rows_and_views_of_the_owner_do_not() -> None:
    Story(paper(RowSecurity(OWN)))
    ask("default", f"INSERT INTO {TABLE} (owner) VALUES (1), (2)")
    ask(
        "default",
        f"CREATE VIEW papers AS SELECT * FROM {TABLE}; GRANT SELECT ON papers, {TABLE} TO app_readwrite",
    )
    ask(
        "default",
        "CREATE FUNCTION count_papers() RETURNS bigint LANGUAGE sql SECURITY DEFINER "
        f"AS 'SELECT count(*) FROM {TABLE}'; GRANT EXECUTE ON FUNCTION count_papers() TO app_readwrite",
    )
    assert ask("default", f"SELECT count(*) FROM {TABLE}") == [(2,)]

    ask("default", "RESET ROLE; SET LOCAL ROLE app_readwrite")

    assert ask("default", f"SELECT count(*) FROM {TABLE}") == [(0,)]
    assert ask("default", "SELECT count(*) FROM papers") == [(0,)]
    assert ask("default", "SELECT count_papers()") == [(2,)]
