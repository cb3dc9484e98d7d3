"""Assertions about the audit, and a log that is as empty as the tables that a test run has flushed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, connections

from django_schemapatterns import audit
from django_schemapatterns.schema import catalog
from django_schemapatterns.schema.names import quote

if TYPE_CHECKING:
    from django.db.models import Model
    from django.test import TransactionTestCase as _TestCase

    from django_schemapatterns.audit.models import AuditLog
else:
    _TestCase = object


def assert_audited(model: type[Model], *, using: str = DEFAULT_DB_ALIAS) -> None:
    """
    Assert that the database audits a model with the triggers that today's code says.

        assert_audited(Product)
    """
    from django_schemapatterns.audit.database_checks import check_tables

    assert model in audit.audited_models(), f"{model._meta.label} is not declared to be audited."
    table = quote(model._meta.db_table)
    assert catalog.tables(connections[using], [table]), f"There is no table {table} in {using!r}."
    problems = [message.msg for message in check_tables(connections[using], [model])]
    assert not problems, "\n".join(problems)


@contextmanager
def new_entries(*, using: str = DEFAULT_DB_ALIAS) -> Iterator[list[AuditLog]]:
    """
    Collect the entries that a block writes into the log; the list is filled at the block's end.

        with new_entries() as entries:
            product.save()
        assert [entry.operation for entry in entries] == ["U"]
    """
    from django_schemapatterns.audit.models import AuditLog

    log = AuditLog.objects.using(using)
    newest = log.order_by("-id").values_list("id", flat=True).first() or 0
    entries: list[AuditLog] = []
    yield entries
    entries.extend(log.filter(id__gt=newest))


def empty_audit_log(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """Empty the log of a test database; refused unless the log's owner asks."""
    with audit.maintenance("emptied by the tests", using=using), connections[using].cursor() as cursor:
        cursor.execute("TRUNCATE schemapatterns.audit_log")


def follow_flush(*, using: str = DEFAULT_DB_ALIAS) -> None:
    """
    Empty the log if audited tables were truncated: a flush does that, and leaves a trace of it.

    Empty the settings, too: Django flushes no table outside of the search path.
    """
    from django.test.testcases import DatabaseOperationForbidden  # type: ignore[attr-defined]

    connection = connections[using]
    if connection.vendor != "postgresql" or connection.in_atomic_block:
        return
    try:
        opened = connection.cursor()
    except DatabaseOperationForbidden:
        return  # nor could the test have flushed it
    with opened as cursor:
        cursor.execute("SELECT to_regclass('schemapatterns.audit_log') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return
        empty_settings(cursor)
        cursor.execute("SELECT EXISTS (SELECT FROM schemapatterns.audit_log WHERE operation = 'T')")
        if not cursor.fetchone()[0]:
            return
    empty_audit_log(using=using)


def empty_settings(cursor: Any) -> None:
    cursor.execute("SELECT to_regclass('schemapatterns.application_setting') IS NOT NULL")
    if cursor.fetchone()[0]:
        cursor.execute("SELECT EXISTS (SELECT FROM schemapatterns.application_setting)")
        if cursor.fetchone()[0]:
            cursor.execute("TRUNCATE schemapatterns.application_setting")


class EmptyAuditLogMixin(_TestCase):
    """
    For Django's own test runner: a TransactionTestCase that leaves an empty log; pytest does it without.

        class CheckoutTests(EmptyAuditLogMixin, TransactionTestCase): ...
    """

    def _fixture_teardown(self) -> None:
        parent: Any = super()
        parent._fixture_teardown()
        for alias in connections:
            follow_flush(using=alias)
