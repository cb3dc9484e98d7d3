"""The view tells of each column what the database knows."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse

from django_schemapatterns.exceptions import ReadOnly
from django_schemapatterns.models import SchemaDocumentation
from tests.softdelete.tools import execute

pytestmark = pytest.mark.django_db


def described(**where: Any) -> list[tuple[Any, ...]]:
    columns = ("column_name", "data_type", "is_nullable", "column_default", "table_comment", "column_comment")
    return list(SchemaDocumentation.objects.filter(**where).values_list(*columns))


def test_two_tables_of_one_name_do_not_mix() -> None:
    for schema, kind in (("one", "integer"), ("two", "varchar(7)")):
        execute(f"CREATE SCHEMA {schema}")
        execute(f'CREATE TABLE {schema}."it\'s" (a {kind} NOT NULL DEFAULT 5, gone int, b date)')
        execute(f'ALTER TABLE {schema}."it\'s" DROP COLUMN gone')
        execute(f"COMMENT ON TABLE {schema}.\"it's\" IS 'of {schema}'")
        execute(f"COMMENT ON COLUMN {schema}.\"it's\".a IS 'a of {schema}'")

    assert described(table_schema="one") == [
        ("a", "integer", False, "5", "of one", "a of one"),
        ("b", "date", True, None, "of one", None),
    ]
    assert described(table_schema="two", column_name="a") == [
        ("a", "character varying(7)", False, "5", "of two", "a of two")
    ]


@pytest.mark.parametrize(
    ("make", "kind"),
    [
        ("CREATE TABLE thing (a int)", "table"),
        ("CREATE VIEW thing AS SELECT 1 AS a", "view"),
        ("CREATE MATERIALIZED VIEW thing AS SELECT 1 AS a", "materialized view"),
        ("CREATE TABLE thing (a int) PARTITION BY LIST (a)", "partitioned table"),
    ],
)
def test_every_kind_is_told(make: str, kind: str) -> None:
    execute(make)

    assert SchemaDocumentation.objects.get(table_name="thing").table_type == kind


def test_partitions_are_told_by_their_parent() -> None:
    execute("CREATE TABLE thing (a int) PARTITION BY LIST (a)")
    execute("CREATE TABLE thing_1 PARTITION OF thing FOR VALUES IN (1)")

    assert not described(table_name="thing_1")


def test_nobody_writes() -> None:
    row = SchemaDocumentation.objects.first()
    assert row is not None
    with pytest.raises(ReadOnly):
        row.save()
    with pytest.raises(ReadOnly):
        row.delete()
    with pytest.raises(DatabaseError), transaction.atomic():
        SchemaDocumentation.objects.update(column_name="x")


def test_the_admin_shows_and_changes_nothing(client: Client) -> None:
    user: Any = get_user_model()
    client.force_login(user.objects.create_superuser(email="ada@example.com", username="ada", password="x"))
    execute("CREATE TABLE thing (a int)")
    execute("COMMENT ON COLUMN thing.a IS '<b>bold</b>'")
    row = SchemaDocumentation.objects.get(table_name="thing")
    page = reverse("admin:schemapatterns_schemadocumentation_change", args=[row.pk])

    listed = client.get(reverse("admin:schemapatterns_schemadocumentation_changelist"), {"q": "bold"})

    assert "&lt;b&gt;bold&lt;/b&gt;" in listed.content.decode()
    assert client.get(page).status_code == 200
    assert client.post(page, {"column_name": "x"}).status_code == 403
