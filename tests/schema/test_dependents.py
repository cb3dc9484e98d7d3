"""What uses a column is there again, and the same, when the column has got another type."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import connection, models

from django_schemapatterns import models as patterns
from tests.audit.tools import entries, execute, select
from tests.schema.story import Story, state_of
from tests.schema.test_free_objects_domains import height, plain
from tests.schema.test_free_objects_enums import season
from tests.schema.test_migrations import tree

pytestmark = pytest.mark.django_db
TABLE = "testapp_tree"

WHEN = "FOR EACH ROW WHEN (NEW.height > 1)"
DEPENDENTS = [
    f"CREATE VIEW tree_view WITH (security_invoker=true) AS SELECT id, height FROM {TABLE} WHERE height > 1",
    "CREATE VIEW tree_over AS SELECT height FROM tree_view",
    f"CREATE MATERIALIZED VIEW tree_kept AS SELECT count(height) AS n FROM {TABLE}",
    "CREATE UNIQUE INDEX tree_kept_n ON tree_kept (n)",
    "COMMENT ON VIEW tree_view IS 'it''s seen'",
    "GRANT SELECT ON tree_view TO PUBLIC",
    "CREATE FUNCTION tree_touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
    f"CREATE TRIGGER tree_touched BEFORE UPDATE OF height ON {TABLE} {WHEN} EXECUTE FUNCTION tree_touch()",
    f"ALTER TABLE {TABLE} DISABLE TRIGGER tree_touched",
    f"COMMENT ON TRIGGER tree_touched ON {TABLE} IS 'touched'",
    "CREATE TRIGGER tree_instead INSTEAD OF INSERT ON tree_view FOR EACH ROW EXECUTE FUNCTION tree_touch()",
    f'CREATE POLICY "Tall ones" ON {TABLE} FOR UPDATE USING (height > 1) WITH CHECK (height > 0)',
]
SEEN = """
SELECT 'view ' || relname, coalesce(reloptions::text, '') || coalesce(relacl::text, '') ||
       coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class WHERE relname ~ '^tree_(view|over|kept)$'
UNION ALL SELECT 'index', indexdef FROM pg_indexes WHERE indexname = 'tree_kept_n'
UNION ALL SELECT 'trigger ' || tgname, tgenabled::text || coalesce(obj_description(oid, 'pg_trigger'), '')
FROM pg_trigger WHERE tgname IN ('tree_touched', 'tree_instead')
UNION ALL SELECT 'policy ' || policyname, cmd || roles::text FROM pg_policies WHERE tablename = 'testapp_tree'
ORDER BY 1
"""


def seen() -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(SEEN)
        return list(cursor.fetchall())


def test_views_triggers_and_policies_outlive_a_change_of_type() -> None:
    story = Story(plain(height=models.IntegerField(null=True)))
    for statement in DEPENDENTS:
        execute(statement)
    before = seen()
    assert len(before) == 7

    story.becomes(plain(height=models.DecimalField(max_digits=5, decimal_places=2, null=True)))

    assert seen() == before
    story.becomes(plain(height=height()))
    assert seen() == before
    story.undo()
    story.undo()
    assert seen() == before


def test_partitions_follow_their_table() -> None:
    execute(f"CREATE TABLE {TABLE} (id int, height int) PARTITION BY RANGE (id)")
    execute(f"CREATE TABLE tree_part PARTITION OF {TABLE} FOR VALUES FROM (0) TO (9)")
    execute("CREATE VIEW tree_view AS SELECT height FROM tree_part")
    execute(f"INSERT INTO {TABLE} VALUES (1, 7)")
    execute("CREATE DOMAIN tree_height AS numeric(5, 2) CONSTRAINT range CHECK (VALUE >= 0 AND VALUE <= 100)")
    old, new = models.IntegerField(null=True), height()
    for field in (old, new):
        field.set_attributes_from_name("height")
        field.model = type(
            "Tree" + type(field).__name__,
            (models.Model,),
            {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "lost", "db_table": TABLE})},
        )

    with connection.schema_editor() as editor:
        editor.alter_field(old.model, old, new)

    with connection.cursor() as cursor:
        cursor.execute("SELECT height, pg_typeof(height)::text FROM tree_view")
        assert cursor.fetchall() == [(7, "tree_height")]


def test_audited_and_soft_deleted_models_go_on(transactional_db: None) -> None:
    def declare(field: Any) -> Any:
        return tree(patterns.AuditedModel, patterns.SoftDeleteModel, season=field)

    story = Story(declare(models.CharField(max_length=9, default="fall")))
    made: Any = story.model().objects.create()  # type: ignore[attr-defined]

    story.becomes(declare(season("spring", "fall", null=False, default="fall")))
    execute(f"UPDATE {TABLE} SET season = 'spring'")

    latest = entries(TABLE)[-1]
    assert latest.changes["season"] == ["fall", "spring"]
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT season FROM {TABLE}_active")
        assert cursor.fetchall() == [("spring",)]
    assert made.pk
    while story.done:
        story.undo()


def test_comment_changes_below_views_triggers_and_policies() -> None:
    story = Story(plain(height=models.IntegerField(null=True, db_comment="in feet")))
    for statement in DEPENDENTS:
        execute(statement)
    before = seen()

    story.becomes(plain(height=models.IntegerField(null=True, db_comment="in 100% m")))
    assert comment() == "in 100% m"
    story.becomes(plain(height=models.IntegerField(null=True)))
    assert comment() is None
    story.undo()

    assert comment() == "in 100% m"
    assert seen() == before


def test_comment_and_type_change_together() -> None:
    story = Story(plain(height=models.IntegerField(null=True, db_comment="in feet")))
    execute(f"CREATE VIEW tree_view AS SELECT height FROM {TABLE}")

    story.becomes(plain(height=models.BigIntegerField(null=True, db_comment="in m")))

    assert comment() == "in m"
    assert select("SELECT pg_typeof(max(height))::text FROM tree_view") == "bigint"


def test_comment_alone_locks_nobody_out() -> None:
    with connection.schema_editor(collect_sql=True) as editor:
        old, new = models.TextField(), models.TextField(db_comment="what it's called")
        for field in (old, new):
            field.set_attributes_from_name("name")
            field.model = ContentType
        editor.alter_field(ContentType, old, new)

    assert [line for line in editor.collected_sql if not line.startswith("--")] == [
        """COMMENT ON COLUMN "django_content_type"."name" IS 'what it''s called';"""
    ]


def comment() -> Any:
    return select(
        "SELECT col_description(%s::regclass, attnum) FROM pg_attribute WHERE attrelid = %s::regclass "
        "AND attname = 'height'",
        TABLE,
        TABLE,
    )


def test_views_of_a_pattern_keep_their_grants_and_comments_when_fields_come_and_go() -> None:
    def declare(**fields: Any) -> Any:
        return tree(patterns.SoftDeleteModel, name=models.TextField(default=""), **fields)

    story = Story(declare())
    execute("CREATE ROLE tree_guest")
    execute(f"GRANT SELECT (name) ON {TABLE}_active TO tree_guest")
    execute(f"GRANT SELECT ON {TABLE}_deleted TO tree_guest")
    execute(f"COMMENT ON VIEW {TABLE}_active IS '100% alive; as we know'")
    before = grants()

    (migration,) = story.find(state_of(declare(width=models.IntegerField(null=True))))
    with connection.schema_editor() as editor:
        migration.apply(story.state.clone(), editor)
    assert grants() == before
    assert select(f"SELECT count(width) FROM {TABLE}_active") == 0
    with connection.schema_editor() as editor:
        migration.unapply(story.state.clone(), editor)
    assert grants() == before


def grants() -> Any:
    return select(
        "SELECT array_agg(concat(relname, relacl, attacl, obj_description(pg_class.oid)) ORDER BY relname) "
        "FROM pg_class JOIN pg_attribute ON attrelid = pg_class.oid AND attname = 'name' "
        "WHERE relname ~ '^testapp_tree_' AND relkind = 'v'"
    )
