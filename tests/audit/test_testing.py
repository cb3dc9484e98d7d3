"""What the package gives to the tests of other projects."""

from __future__ import annotations

import unittest
from io import StringIO
from typing import Any

import pytest
from django.db import models
from django.test import TestCase, TransactionTestCase

from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.testing.audit import (
    EmptyAuditLogMixin,
    assert_audited,
    empty_audit_log,
    new_entries,
)
from django_schemapatterns.testing.plugin import flushes
from tests.audit.tools import execute, make_model
from tests.testapp.models import Article, Author, Profile, Stock


@pytest.mark.django_db
@pytest.mark.parametrize("model", [Article, Article.tags.through, Profile, Stock])
def test_audited_model_is_asserted(model: type[models.Model]) -> None:
    assert_audited(model)


@pytest.mark.django_db
def test_assertion_tells_what_is_missing() -> None:
    thing = make_model()
    execute("DROP FUNCTION schemapatterns.audit_update_testapp_thing CASCADE")

    with pytest.raises(
        AssertionError, match="the trigger audit_update is missing: its changes are not audited"
    ):
        assert_audited(thing)


@pytest.mark.django_db
def test_assertion_tells_that_nobody_asked_for_an_audit() -> None:
    with pytest.raises(AssertionError, match=r"schemapatterns\.AuditLog is not declared to be audited"):
        assert_audited(AuditLog)


@pytest.mark.django_db
def test_assertion_tells_that_there_is_no_table() -> None:
    thing = make_model()
    execute("DROP TABLE testapp_thing")

    with pytest.raises(AssertionError, match='There is no table "testapp_thing" in'):
        assert_audited(thing)


@pytest.mark.django_db
def test_new_entries_are_those_of_the_block() -> None:
    Author.objects.create(name="before")

    with new_entries() as entries:
        author = Author.objects.create(name="within")
        author.delete()
    Author.objects.create(name="after")

    assert [entry.operation for entry in entries] == ["I", "D"]


@pytest.mark.django_db
def test_log_can_be_emptied() -> None:
    Author.objects.create(name="Ada")
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    empty_audit_log()

    assert not AuditLog.objects.exists()


def run(*bases: type) -> None:
    """Run a test that writes, as Django's own runner does."""

    def write(self: TransactionTestCase) -> None:
        Author.objects.create(name="Ada")

    case: Any = type("Case", (*bases, TransactionTestCase), {"runTest": write})
    result = unittest.TextTestRunner(stream=StringIO()).run(unittest.TestSuite([case()]))
    assert result.wasSuccessful(), result.errors


@pytest.mark.django_db(transaction=True)
def test_mixin_leaves_an_empty_log_and_without_it_there_are_traces() -> None:
    run()
    assert AuditLog.objects.filter(operation="T").exists()

    run(EmptyAuditLogMixin)
    assert not AuditLog.objects.exists()


class TestFlushedByDjango(TransactionTestCase):
    """The plugin looks after these: the second finds nothing of the first."""

    def test_first(self) -> None:
        self.write()

    def test_second(self) -> None:
        self.write()

    def write(self) -> None:
        assert not AuditLog.objects.exists()
        Author.objects.create(name="Ada")


class FakeItem:
    def __init__(self, marker: Any = None, cls: Any = None, fixturenames: Any = ()) -> None:
        self.marker, self.cls, self.fixturenames = marker, cls, fixturenames

    def get_closest_marker(self, name: str) -> Any:
        return self.marker and self.marker.mark


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        ({}, False),
        ({"marker": pytest.mark.django_db}, False),
        ({"marker": pytest.mark.django_db(transaction=True)}, True),
        ({"marker": pytest.mark.django_db(True)}, True),
        ({"marker": pytest.mark.django_db(reset_sequences=True)}, True),
        ({"marker": pytest.mark.django_db(databases=["default"])}, False),
        ({"fixturenames": ["db"]}, False),
        ({"fixturenames": ["transactional_db"]}, True),
        ({"fixturenames": ["live_server"]}, True),
        ({"cls": TestCase}, False),
        ({"cls": TransactionTestCase}, True),
        ({"cls": str}, False),
    ],
)
def test_plugin_knows_which_tests_flush(item: dict[str, Any], expected: bool) -> None:
    assert flushes(FakeItem(**item)) is expected  # type: ignore[arg-type]


def test_plugin_is_loaded_by_its_entry_point(pytestconfig: pytest.Config) -> None:
    assert pytestconfig.pluginmanager.hasplugin("schemapatterns")
