"""Row security of models without a Meta of yours: links of many-to-many fields, and models of other apps."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter
from django.db.models import Q

from django_schemapatterns import rowsecurity
from django_schemapatterns.constraints import Allow, RowSecurity
from django_schemapatterns.context import current, protected
from django_schemapatterns.operations import ProtectModel
from django_schemapatterns.rowsecurity import registry
from django_schemapatterns.rowsecurity.database_checks import check_connection
from tests.rowsecurity.app.models import Document
from tests.rowsecurity.conftest import ask
from tests.rowsecurity.test_migrations import switches

pytestmark = pytest.mark.django_db

READERS = Document.readers.through
OWN = RowSecurity(Allow("own", when=Q(person=current.user_id), commands="all"), name="readers")
GROUPS = RowSecurity(Allow("known", when=Q(name=current.claim("group"))), name="groups")


@pytest.fixture(autouse=True)
def forgotten(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(registry, "_registered", {})
    monkeypatch.setattr(protected, "_protected", set(protected._protected))
    protected.reads_protected.cache_clear()
    yield
    protected.reads_protected.cache_clear()


def migrate(operation: ProtectModel, *, back: bool = False) -> None:
    state = ProjectState.from_apps(Document._meta.apps)
    with connection.schema_editor() as editor:
        if back:
            operation.database_backwards("rowtests", editor, state, state)
        else:
            operation.database_forwards("rowtests", editor, state, state)


def told(table: str) -> set[str]:
    return {str(each.id) for each in check_connection(connection) if table in f"{each.msg} {each.hint}"}


def test_links_are_protected_and_open_again_when_taken_back() -> None:
    rowsecurity.protect(READERS, OWN)
    operation = ProtectModel("rowtests.Document_readers", OWN)
    assert "schemapatterns.E420" in told("rowtests_document_readers")

    migrate(operation)

    assert switches("rowtests_document_readers") == (True, True)
    assert told("rowtests_document_readers") == set()
    assert protected.reads_protected('SELECT 1 FROM "rowtests_document_readers"')
    migrate(operation, back=True)
    assert switches("rowtests_document_readers") == (False, False)
    assert ask(
        "default", "SELECT count(*) FROM pg_policies WHERE tablename = 'rowtests_document_readers'"
    ) == [(0,)]


def test_models_of_others_are_protected() -> None:
    rowsecurity.protect(Group, GROUPS)
    Group.objects.create(name="a")
    Group.objects.create(name="b")
    migrate(ProtectModel("auth.Group", GROUPS))

    ask("default", "GRANT SELECT ON auth_group TO app_readwrite")
    ask("default", """SELECT set_config('app.context', '{"group": "a"}', true)""")
    ask("default", "SET LOCAL ROLE app_readwrite")
    assert ask("default", "SELECT name FROM auth_group") == [("a",)]
    ask("default", "RESET ROLE")


def test_operation_can_be_written() -> None:
    text, imports = MigrationWriter.serialize(ProtectModel("auth.Group", GROUPS).deconstruct()[1][1])

    assert "django_schemapatterns.constraints.RowSecurity(" in text
    assert "import django_schemapatterns.context" in imports
