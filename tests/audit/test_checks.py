"""The checks say what is wrong, where, and what to do; they are silent when all is right."""

from __future__ import annotations

from typing import Any

import pytest
from django.core import checks
from django.core.management.commands import makemigrations
from django.db import connections, models
from django.db.migrations.autodetector import MigrationAutodetector
from django.test.utils import isolate_apps

from django_schemapatterns import models as patterns
from django_schemapatterns.audit import database_checks, objects
from django_schemapatterns.audit.checks import check_middleware, check_models
from django_schemapatterns.schema.checks import _check_table, check_composed
from tests.audit.tools import execute, make_model
from tests.testapp.models import Article, Tag

pytestmark = pytest.mark.django_db


def found(messages: list[checks.CheckMessage], model: Any = None) -> list[str]:
    return [
        str(each.id).rpartition(".")[2] for each in messages if model is None or model._meta.label in each.msg
    ]


def in_database(model: Any = Article) -> list[str]:
    return found(database_checks.check_database(databases=["default"]), model)


def test_nothing_is_wrong_with_this_database() -> None:
    assert in_database() == []


def test_missing_trigger() -> None:
    pgid = objects.AuditTrigger("delete", objects.audited_models()[Article]).get_pgid(Article)
    execute(f"DROP TRIGGER {pgid} ON testapp_article")

    assert in_database() == ["W111"]


def test_disabled_trigger() -> None:
    execute("ALTER TABLE testapp_article DISABLE TRIGGER USER")

    assert set(in_database()) == {"W112"}


def test_outdated_trigger() -> None:
    pgid = objects.AuditTrigger("update", objects.audited_models()[Article]).get_pgid(Article)
    execute(f"COMMENT ON TRIGGER {pgid} ON testapp_article IS 'of yesterday'")

    assert in_database() == ["W113"]


@pytest.mark.parametrize(
    ("change", "said"),
    [("ADD COLUMN extra int", "also has extra"), ("DROP COLUMN price", "lacks price")],
)
def test_column_changed_behind_django(change: str, said: str) -> None:
    execute(f"ALTER TABLE testapp_article {change}")

    [message] = [
        each for each in database_checks.check_database(databases=["default"]) if "stale" in each.msg
    ]

    assert (message.id, said in message.msg) == ("schemapatterns.W113", True)


def test_table_without_primary_key() -> None:
    execute("ALTER TABLE testapp_tag DROP CONSTRAINT testapp_tag_pkey CASCADE")

    assert in_database(Tag) == ["W110"]


def test_function_of_another_version() -> None:
    execute("COMMENT ON FUNCTION schemapatterns.audit_context() IS 'django-schemapatterns, version 99'")

    [message] = database_checks.check_database(databases=["default"])

    assert message.id == "schemapatterns.W114"
    assert "audit_context" in message.msg


def test_role_that_may_write_the_log() -> None:
    assert found(database_checks.check_role(databases=["default"])) == ["W115"]

    execute("CREATE ROLE reader")
    execute("GRANT USAGE ON SCHEMA schemapatterns TO reader")
    execute("SET LOCAL ROLE reader")
    assert found(database_checks.check_role(databases=["default"])) == []


def test_databases_that_are_not_asked_for_are_not_looked_at() -> None:
    assert database_checks.check_database(databases=None) == []


def test_missing_middleware(settings: Any) -> None:
    assert check_middleware() == []

    settings.MIDDLEWARE = ["django.middleware.security.SecurityMiddleware"]
    assert found(check_middleware()) == ["W102"]


def test_unmanaged_model() -> None:
    with isolate_apps("tests.testapp"):

        class Foreign(patterns.AuditedModel):
            class Meta:
                app_label = "testapp"
                managed = False

    assert found(check_models(), Foreign) == ["W103"]


def test_parent_that_is_not_audited() -> None:
    with isolate_apps("tests.testapp"):

        class Plain(models.Model):  # noqa: DJ008
            class Meta:
                app_label = "testapp"

        class Child(Plain, patterns.AuditedModel):  # noqa: DJ008
            class Meta:
                app_label = "testapp"

    assert found(check_models(), Child) == ["W104"]


@pytest.mark.parametrize("name", ["api_key", "secret", "iban", "access_token"])
def test_field_that_looks_secret(name: str) -> None:
    field: dict[str, Any] = {name: models.TextField(null=True)}
    plain = make_model(called="Plain", **field)
    masked = make_model(called="Masked", options={"mask": [name]}, **field)

    assert found(check_models(), plain) == ["W105"]
    assert found(check_models(), masked) == []


@pytest.mark.parametrize(
    ("table", "expected"),
    [('staff"."shift', ["E005"]), ('"staff"."shift', ["E005"]), ('"staff"."shift"', []), ("shift", [])],
)
def test_table_that_is_quoted_by_halves(table: str, expected: list[str]) -> None:
    meta = type("Meta", (), {"app_label": "testapp", "db_table": table})
    with isolate_apps("tests.testapp"):
        shift = type("Shift", (patterns.AuditedModel,), {"__module__": __name__, "Meta": meta})

    messages = list(_check_table(shift))

    assert found(messages) == expected
    assert all("""db_table = '"staff"."shift"'.""" in str(each.hint) for each in messages)


def test_autodetector_that_another_package_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    assert check_composed() == []

    monkeypatch.setattr(makemigrations.Command, "autodetector", MigrationAutodetector)
    assert found(check_composed()) == ["E002"]


def test_schema_editor_that_another_package_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db.backends.postgresql.schema import DatabaseSchemaEditor

    monkeypatch.setattr(connections["default"].__class__, "SchemaEditorClass", DatabaseSchemaEditor)

    assert "E003" in found(check_composed())
