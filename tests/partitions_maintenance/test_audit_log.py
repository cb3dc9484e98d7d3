"""The audit log: made ahead like every table, and retired without being any less append-only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.migrations.state import ProjectState
from django.utils import timezone

from django_schemapatterns.audit.models import AuditLog
from django_schemapatterns.context import acting_as
from django_schemapatterns.partitions.ensure import ensure
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.finding import listings
from django_schemapatterns.partitions.listing import Listing
from django_schemapatterns.partitions.restore import restore
from django_schemapatterns.schema.functions import InstallSQL
from tests.partitions_maintenance.tools import actions, execute, rows, value
from tests.testapp.models import Article

pytestmark = pytest.mark.django_db

LOG = "schemapatterns.AuditLog"
OLD = "schemapatterns.audit_log_2024_01"


def log() -> Listing:
    return listings([LOG], using="default")[0]


@pytest.fixture
def old_entries() -> None:
    """Give the log a partition of long ago, with three entries of every kind of value."""
    execute(
        "SELECT schemapatterns.create_audit_partition('schemapatterns.audit_log', 'audit_log_2024_01', "
        "'2024-01-01 00:00+00', '2024-02-01 00:00+00')"
    )
    with acting_as(user_id="7", user_label="Ann", reason='with "quotes"\n and lines'):
        article = Article.objects.create(title="Öl \\ \t %s {}", body="", price="1.50")
        Article.objects.filter(pk=article.pk).update(price="2.25")
    entries = value("SELECT count(*) FROM schemapatterns.audit_log WHERE table_name = 'testapp_article'")
    execute(
        "INSERT INTO schemapatterns.audit_log (created_at, table_name, record_id, operation, changes, "
        "context, user_id, user_label, ip_address, request_id) SELECT '2024-01-05 12:00+00', table_name, "
        "record_id, operation, changes, context, user_id, user_label, '10.0.0.1', gen_random_uuid() "
        "FROM schemapatterns.audit_log WHERE table_name = 'testapp_article' AND created_at > '2025-01-01'"
    )
    assert entries == value(f"SELECT count(*) FROM {OLD}") == 2


@pytest.fixture
def keep(settings: Any, tmp_path: Path) -> Any:
    settings.SCHEMAPATTERNS = {
        **settings.SCHEMAPATTERNS,
        "AUDIT_KEEP": "12 months",
        "PARTITIONS_ARCHIVE": tmp_path,
        "PARTITIONS_GRACE": "7 days",
    }
    return settings


def test_log_is_maintained_like_every_table() -> None:
    now = timezone.now() + timedelta(days=400)

    outcome = ensure(LOG, now=now)

    assert outcome.complete, outcome.problems
    assert log().covered_until(now) > now + timedelta(days=80)
    assert all(each.is_ours for each in log().partitions if not each.is_default)


def test_log_that_is_kept_for_ever_stays(old_entries: None, settings: Any) -> None:
    settings.SCHEMAPATTERNS = {**settings.SCHEMAPATTERNS, "AUDIT_KEEP": None}

    assert expire(LOG).done == []


def test_old_entries_are_archived_and_dropped_and_the_log_says_so(old_entries: None, keep: Any) -> None:
    now = timezone.now()
    assert actions(expire(LOG, now=now).done) == [f"detach {OLD}", f"archive {OLD}"]

    outcome = expire(LOG, now=now + timedelta(days=8))

    assert outcome.complete, outcome.problems
    assert actions(outcome.done) == [f"drop {OLD}"]
    assert value("SELECT to_regclass(%s) IS NULL", OLD)
    note = AuditLog.objects.filter(operation="M").latest("id")
    assert note.context["reason"].startswith(f"the partition {OLD} is dropped; its 2 rows are in ")


def test_dropping_gives_no_right_to_change_the_log(old_entries: None, keep: Any) -> None:
    keep.SCHEMAPATTERNS = {**keep.SCHEMAPATTERNS, "PARTITIONS_GRACE": None}
    assert actions(expire(LOG).done)[-1] == f"drop {OLD}"
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute("DELETE FROM schemapatterns.audit_log")


@pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET table_name = 'x'", "TRUNCATE {}"])
def test_detached_entries_are_as_append_only_as_before(old_entries: None, keep: Any, statement: str) -> None:
    expire(LOG)

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        execute(statement.format(OLD))


def test_ordinary_role_has_no_rights_on_what_is_detached(old_entries: None, keep: Any) -> None:
    execute("CREATE ROLE plain_reader; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO plain_reader")
    execute("GRANT USAGE ON SCHEMA schemapatterns TO plain_reader")

    expire(LOG)

    rights = "SELECT has_table_privilege('plain_reader', %s, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE')"
    assert value(rights, OLD) is False
    execute("SET LOCAL ROLE plain_reader")
    with pytest.raises(DatabaseError, match="must be owner"), transaction.atomic():
        execute(f"DROP TABLE {OLD}")


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
def test_archived_entries_can_be_read_again(old_entries: None, keep: Any, tmp_path: Path, form: str) -> None:
    keep.SCHEMAPATTERNS = {**keep.SCHEMAPATTERNS, "PARTITIONS_ARCHIVE_FORMAT": form}
    before = rows(f"SELECT t::text FROM {OLD} AS t ORDER BY id")
    assert expire(LOG).complete
    (manifest,) = tmp_path.glob("*.manifest.json")

    name, _ = restore(manifest)

    assert name == "audit_log_2024_01_restored"
    assert rows(f"SELECT t::text FROM {name} AS t ORDER BY id") == before


def test_log_of_now_goes_on(old_entries: None, keep: Any) -> None:
    expire(LOG)

    article = Article.objects.create(title="Later")
    assert AuditLog.objects.for_object(article).count() == 1
    assert datetime.now(UTC) in log().ranges[0][0] or log().covered_until(timezone.now()) > timezone.now()


def test_reversed_migration_brings_the_version_before_back() -> None:
    operation = InstallSQL("audit", ["create_audit_partitions.v2"])
    version = "SELECT obj_description('schemapatterns.create_audit_partitions'::regproc)"
    state = ProjectState()
    assert value(version) == "django-schemapatterns, version 2"

    with connection.schema_editor() as editor:
        operation.database_backwards("schemapatterns", editor, state, state)

    assert value(version) == "django-schemapatterns, version 1"
    assert value("SELECT schemapatterns.create_audit_partitions(5)") > 0
