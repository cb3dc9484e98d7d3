"""Partitions of partitions, with foreign keys, odd names and their own lives."""

from __future__ import annotations

import pytest
from django.db import connection, models
from django.utils import timezone

from django_schemapatterns.audit.database_checks import check_tables
from django_schemapatterns.audit.install import after_migrate
from tests.audit.tools import audit_table, entries, execute, last, make_model, operations

pytestmark = pytest.mark.django_db

SALES = "Sales of the $$ ON x"
NORTH = "North ON $capture$"


@pytest.fixture
def _sales() -> None:
    columns = "id int, region text, day date, total int, PRIMARY KEY (id, region, day)"
    execute(f'CREATE TABLE "{SALES}" ({columns}) PARTITION BY LIST (region)')
    execute(
        f'CREATE TABLE "{NORTH}" PARTITION OF "{SALES}" FOR VALUES IN (\'north\') PARTITION BY RANGE (day)'
    )
    year = "FROM ('2026-01-01') TO ('2027-01-01')"
    execute(f'CREATE TABLE north_2026 PARTITION OF "{NORTH}" FOR VALUES {year}')
    execute(f'CREATE TABLE rest PARTITION OF "{SALES}" DEFAULT')
    audit_table(SALES, ["id", "region", "day"], ["id", "region", "day", "total"])


@pytest.mark.usefixtures("_sales")
@pytest.mark.parametrize("table", [SALES, NORTH, "north_2026"])
def test_rows_are_logged_once_by_whichever_level_they_are_written(table: str) -> None:
    execute(f"INSERT INTO \"{table}\" VALUES (1, 'north', '2026-02-01', 5)")
    execute(f'UPDATE "{table}" SET total = 6')
    execute(
        f"INSERT INTO \"{table}\" VALUES (1, 'north', '2026-02-01', 7), (2, 'north', '2026-02-01', 7) "
        "ON CONFLICT (id, region, day) DO UPDATE SET total = excluded.total"
    )
    execute(f'DELETE FROM "{table}"')

    assert sorted(operations(SALES)) == sorted("IU" + "IU" + "DD")
    assert {entry.record_id for entry in entries(SALES)} == {
        '["1", "north", "2026-02-01"]',
        '["2", "north", "2026-02-01"]',
    }


@pytest.mark.usefixtures("_sales")
def test_row_that_moves_with_its_key_is_another_record() -> None:
    execute(f"INSERT INTO \"{SALES}\" VALUES (1, 'north', '2026-02-01', 5)")

    execute(f"UPDATE \"{SALES}\" SET region = 'south', total = 6")

    assert {(entry.operation, entry.record_id) for entry in entries(SALES)[1:]} == {
        ("D", '["1", "north", "2026-02-01"]'),
        ("I", '["1", "south", "2026-02-01"]'),
    }


@pytest.mark.parametrize("written", ["parent", "child", "child_1"])
def test_cascades_from_and_to_partitioned_tables_are_logged(written: str) -> None:
    execute("CREATE TABLE parent (id int PRIMARY KEY) PARTITION BY RANGE (id)")
    execute("CREATE TABLE parent_1 PARTITION OF parent FOR VALUES FROM (0) TO (100)")
    rule = "REFERENCES parent ON DELETE CASCADE ON UPDATE CASCADE"
    execute(f"CREATE TABLE child (id int PRIMARY KEY, parent_id int {rule}) PARTITION BY RANGE (id)")
    execute("CREATE TABLE child_1 PARTITION OF child FOR VALUES FROM (0) TO (100)")
    audit_table("parent", ["id"], ["id"])
    audit_table("child", ["id"], ["id", "parent_id"])
    execute("INSERT INTO parent VALUES (1)")
    execute(f"INSERT INTO {written if written != 'parent' else 'child'} VALUES (1, 1)")

    execute("UPDATE parent SET id = 2")
    execute("DELETE FROM parent")

    assert operations("child") == "IUD"
    assert sorted(operations("parent")) == sorted("I" + "DI" + "D")


def test_copy_and_merge_into_a_partitioned_table_are_logged() -> None:
    execute("CREATE TABLE parent (id int PRIMARY KEY, name text) PARTITION BY HASH (id)")
    for remainder in range(3):
        bound = f"WITH (MODULUS 3, REMAINDER {remainder})"
        execute(f"CREATE TABLE part_{remainder} PARTITION OF parent FOR VALUES {bound}")
    audit_table("parent", ["id"], ["id", "name"])

    with connection.cursor() as cursor, cursor.copy("COPY parent FROM STDIN") as copy:
        for number in range(9):
            copy.write_row([number, "a"])
    execute(
        "MERGE INTO parent "
        "USING (VALUES (1, 'b'), (20, 'c'), (3, NULL)) AS new (id, name) ON parent.id = new.id "
        "WHEN MATCHED AND new.name IS NULL THEN DELETE WHEN MATCHED THEN UPDATE SET name = new.name "
        "WHEN NOT MATCHED THEN INSERT VALUES (new.id, new.name)"
    )

    assert operations("parent")[:9] == "I" * 9
    assert sorted(operations("parent")[9:]) == sorted("UID")


def test_attached_table_is_audited_after_migrate_and_the_check_tells_before() -> None:
    thing = make_model(name=models.TextField())
    execute("DROP TABLE testapp_thing")
    execute("CREATE TABLE testapp_thing (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id)")
    for trigger in thing._meta.triggers:
        execute(trigger.compile(thing).install_sql)
    execute("CREATE TABLE standing (id bigint PRIMARY KEY, name text)")
    execute("ALTER TABLE testapp_thing ATTACH PARTITION standing FOR VALUES FROM (0) TO (100)")

    told = [message.id for message in check_tables(connection, [thing])]
    after_migrate("default")
    execute("INSERT INTO standing VALUES (1, 'a')")

    assert told == ["schemapatterns.W116"]
    assert list(check_tables(connection, [thing])) == []
    assert operations(thing) == "I"


def test_emptied_partition_takes_only_its_own_rows_out_of_history() -> None:
    thing = make_model(name=models.TextField())
    execute("DROP TABLE testapp_thing")
    execute("CREATE TABLE testapp_thing (id bigint PRIMARY KEY, name text) PARTITION BY RANGE (id)")
    for low in (0, 100):
        execute(
            f"CREATE TABLE from_{low} PARTITION OF testapp_thing FOR VALUES FROM ({low}) TO ({low + 100})"
        )
    for trigger in thing._meta.triggers:
        execute(trigger.compile(thing).install_sql)
    for key in (1, 2, 101, 102):
        thing.objects.create(pk=key, name="a")

    execute("TRUNCATE from_0")
    truncated = last(thing)
    thing.objects.create(pk=2, name="b")
    thing.objects.filter(pk=101).update(name="c")
    thing.objects.filter(pk=102).delete()

    then = {row.pk: row.name for row in thing.audit.as_of(truncated.created_at)}
    now = {row.pk: row.name for row in thing.audit.as_of(timezone.now())}
    assert (truncated.operation, truncated.record_label) == ("T", "from_0")
    assert then == {101: "a", 102: "a"}
    assert now == {2: "b", 101: "c"}
    execute("TRUNCATE testapp_thing")
    assert thing.audit.as_of(timezone.now()) == []


def test_statement_triggers_of_others_stay_where_their_owner_put_them() -> None:
    execute("CREATE TABLE parent (id int PRIMARY KEY, name text) PARTITION BY RANGE (id)")
    execute("CREATE TABLE child PARTITION OF parent FOR VALUES FROM (0) TO (100)")
    execute("CREATE FUNCTION count_it() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'")
    execute("CREATE TRIGGER pgtrigger_of_theirs AFTER INSERT ON parent EXECUTE FUNCTION count_it()")

    audit_table("parent", ["id"], ["id", "name"])

    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger WHERE tgrelid = 'child'::regclass AND NOT tgisinternal")
        names = {name for (name,) in cursor.fetchall()}
    assert len(names) == 4
    assert not any("theirs" in name for name in names)
