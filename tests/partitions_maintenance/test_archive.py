"""What is archived comes back as it was, whatever the types and the values are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings, strategies as st

from django_schemapatterns.exceptions import ArchiveError
from django_schemapatterns.partitions import Archive, restore
from django_schemapatterns.partitions.archive import Manifest
from tests.partitions_maintenance.tools import execute, rows, value

pytestmark = pytest.mark.django_db

BOUNDS = "FOR VALUES FROM ('2026-01-01 00:00:00+00') TO ('2026-02-01 00:00:00+00')"
VALUES: dict[str, list[Any]] = {
    "smallint": ["-32768", None],
    "bigint": ["9223372036854775807", "0"],
    "numeric": ["123456789012345678901234567890.000000000100", "NaN", "Infinity"],
    "numeric(10,2)": ["1.50", "-0.00"],
    "real": ["0.1", "NaN", "-Infinity", "1e-40"],
    "double precision": ["0.1", "1e300", "Infinity"],
    "boolean": ["true", "false", None],
    "text": ["", " ", "ö\u2028\n\r\t\\\"'", "\\N", "null", None],
    "char(5)": ["a", ""],
    'varchar COLLATE "C"': ["NULL"],
    "date": ["2026-01-05", "0044-03-15 BC", "infinity"],
    "timestamptz": ["2026-01-05 12:34:56.789012+00", "infinity", "-infinity"],
    "timestamp": ["2026-01-05 12:34:56.789012", "infinity"],
    "time": ["24:00:00"],
    "interval": ["1 year -2 days 03:04:05.678"],
    "uuid": ["018f3f7a-1111-7000-8000-000000000000"],
    "bytea": ["\\x00ff5c22"],
    "jsonb": ['{"a": [1, null, "x"]}', "null", '"text"', "3.50"],
    "json": ['{"a":1,  "a":2}', '{\n "b": 1}', "null", '"\\u0041"', " [1 ]"],
    "text[]": ['{"a,b",NULL,"{}"}', "{}"],
    "int[]": ["[2:3]={7,8}", "{{1,2},{3,4}}"],
    "inet": ["10.0.0.1", "10.0.0.0/8"],
    "int4range": ["[1,5)", "empty"],
    "tsvector": ["'a':1 'b':2"],
    "point": ["(1.5,-2)"],
    "bit varying": ["10101"],
    "money": ["$1.00"],
}


def make(columns: dict[str, str], *values: list[Any]) -> None:
    names = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
    execute("DROP TABLE IF EXISTS old_rows, old_rows_restored")
    execute(f"CREATE TABLE old_rows ({names})")
    for row in values:
        marks = ", ".join(["%s"] * len(row))
        execute(f"INSERT INTO old_rows VALUES ({marks})", *row)


def write(folder: Path, form: str) -> Path:
    return Archive(folder=folder, format=form).write(
        "public.old_rows", table="public.rows", bounds=BOUNDS, using="default"
    )


def texts(table: str) -> list[Any]:
    return sorted(rows(f"SELECT t::text FROM {table} AS t"))


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
@pytest.mark.parametrize("column", VALUES, ids=lambda column: column.replace(" ", "-"))
def test_every_type_comes_back(tmp_path: Path, form: str, column: str) -> None:
    make({"v": column}, *[[value] for value in VALUES[column]])
    before = texts("old_rows")
    out_of_calendar = form == "parquet" and column in {"date", "timestamptz"}

    if out_of_calendar:
        with pytest.raises(ArchiveError, match=r"can not be written: .*_FORMAT = .ndjson"):
            write(tmp_path, form)
        assert not list(tmp_path.iterdir())
        return
    path = write(tmp_path, form)
    name, manifest = restore(path)

    assert texts(name) == before
    assert manifest.rows == len(before)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.none() | st.integers(-(2**63), 2**63 - 1),
            st.none() | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
            st.none() | st.floats(),
            st.none() | st.binary(),
        ),
        max_size=5,
    )
)
@pytest.mark.parametrize("form", ["ndjson", "parquet"])
def test_any_rows_come_back(tmp_path: Path, form: str, lines: list[Any]) -> None:
    for file in tmp_path.iterdir():
        file.unlink()
    make({"a": "bigint", "b": "text", "c": "float8", "d": "bytea"}, *[list(line) for line in lines])
    before = texts("old_rows")

    name, _ = restore(write(tmp_path, form))

    assert texts(name) == before


@pytest.mark.parametrize("form", ["ndjson", "parquet"])
def test_odd_names_of_columns_and_many_of_them(tmp_path: Path, form: str) -> None:
    odd = ['100% "sure"', "ÜBER", "select", "a'b", "a\\b", "%s"]
    columns = {name.replace('"', '""'): "text" for name in odd} | {
        f"c{number}": "int" for number in range(120)
    }
    names = ", ".join(f'"{name}" {type_}' for name, type_ in columns.items())
    execute("CREATE TABLE old_rows ()")
    with connection.cursor() as cursor:
        cursor.execute(
            f"DROP TABLE old_rows; CREATE TABLE old_rows ({names}); INSERT INTO old_rows DEFAULT VALUES"
        )
    before = texts("old_rows")

    name, manifest = restore(write(tmp_path, form))

    assert texts(name) == before
    assert [each.name for each in manifest.columns][: len(odd)] == odd


def test_lines_are_what_other_tools_read(tmp_path: Path) -> None:
    make(
        {"id": "int", "at": "timestamptz", "price": "numeric", "doc": "jsonb", "tags": "text[]"},
        [1, "2026-01-05 00:00+00", "1.50", '{"a": 1}', "{x,y}"],
    )

    with gzip.open(write(tmp_path, "ndjson"), "rt") as file:
        lines = [json.loads(line) for line in file]

    assert lines == [
        {"id": 1, "at": "2026-01-05T00:00:00+00:00", "price": 1.5, "doc": {"a": 1}, "tags": "{x,y}"}
    ]


def test_columns_of_parquet_have_types(tmp_path: Path) -> None:
    from pyarrow import parquet

    make(
        {"id": "int", "at": "timestamptz", "price": "numeric", "ok": "bool"},
        [1, "2026-01-05 00:00+00", "1.50", True],
    )

    table = parquet.read_table(write(tmp_path, "parquet"))

    assert [str(each.type) for each in table.schema] == ["int32", "timestamp[us, tz=UTC]", "string", "bool"]


def test_same_rows_make_the_same_file(tmp_path: Path) -> None:
    make({"id": "int"}, [1], [2])
    one, two = (write(tmp_path / folder, "ndjson") for folder in ("one", "two"))

    assert one.read_bytes() == two.read_bytes()
    assert write(tmp_path / "one", "ndjson") == one


def test_manifest_says_what_the_file_holds(tmp_path: Path) -> None:
    make({"id": "int", "name": "varchar(5)"}, [1, "x"])

    manifest = Manifest.load(write(tmp_path, "ndjson"))

    assert (manifest.table, manifest.partition, manifest.bounds) == ("public.rows", "public.old_rows", BOUNDS)
    assert [(each.name, each.type) for each in manifest.columns] == [
        ("id", "integer"),
        ("name", "character varying(5)"),
    ]
    assert (manifest.rows, len(manifest.sha256), manifest.version) == (1, 64, 1)


def test_file_of_other_rows_is_not_overwritten(tmp_path: Path) -> None:
    make({"id": "int"}, [1])
    path = write(tmp_path, "ndjson")
    before = path.read_bytes()
    execute("UPDATE old_rows SET id = 2")

    with pytest.raises(ArchiveError, match="Move it away"):
        write(tmp_path, "ndjson")
    assert path.read_bytes() == before


def test_rest_of_a_killed_run_is_no_obstacle(tmp_path: Path) -> None:
    make({"id": "int"}, [1])
    (tmp_path / "public.old_rows.ndjson.gz").write_bytes(b"half a fi")

    name, _ = restore(write(tmp_path, "ndjson"))

    assert texts(name) == [("(1)",)]


@pytest.mark.parametrize(
    "damage",
    [
        lambda manifest: {**manifest, "version": 2},
        lambda manifest: {**manifest, "format": "csv"},
        lambda manifest: {**manifest, "sha256": "0" * 64},
        lambda manifest: {**manifest, "digest": "7"},
        lambda manifest: {**manifest, "rows": 3},
        lambda manifest: {key: manifest[key] for key in manifest if key != "rows"},
        lambda manifest: [manifest],
        lambda manifest: None,
    ],
)
def test_archive_that_is_not_what_it_says_is_refused(tmp_path: Path, damage: Any) -> None:
    make({"id": "int"}, [1])
    path = write(tmp_path, "ndjson")
    manifest = path.with_name(f"{path.name}.manifest.json")
    manifest.write_text(json.dumps(damage(json.loads(manifest.read_text()))))

    with pytest.raises(ArchiveError):
        restore(path)
    assert value("SELECT to_regclass('old_rows_restored') IS NULL")


@pytest.mark.parametrize("method", ["heap", "columnar"])
def test_restored_rows_are_columnar_where_the_server_can(tmp_path: Path, method: str) -> None:
    """The extension brings an access method of that name; here it is PostgreSQL's own under that name."""
    if method == "columnar":
        execute("CREATE ACCESS METHOD columnar TYPE TABLE HANDLER heap_tableam_handler")
    make({"v": "bigint"}, [1], [2])

    name, _ = restore(write(tmp_path, "ndjson"))

    used = value("SELECT amname FROM pg_am, pg_class WHERE relam = pg_am.oid AND relname = %s", name)
    assert used == method
    assert texts(name) == texts("old_rows")


def test_restored_rows_are_their_owners_alone(tmp_path: Path) -> None:
    make({"id": "int"}, [1])
    path = write(tmp_path, "ndjson")
    execute("CREATE ROLE nosy; ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO nosy, PUBLIC")

    restore(path, into="back")

    assert value("SELECT has_table_privilege('nosy', 'back', 'SELECT')") is False
    with pytest.raises(ArchiveError, match="is taken"):
        restore(path, into="back")
