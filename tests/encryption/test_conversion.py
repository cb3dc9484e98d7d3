"""EncryptColumn in a migration that is no transaction: others work on, and it may die and run again."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, models
from django.db.migrations.state import ProjectState

from django_schemapatterns.encryption import conversion
from django_schemapatterns.encryption.conversion import Conversion
from django_schemapatterns.fields import EncryptedField
from django_schemapatterns.operations import EncryptColumn
from tests.schema.story import state_of

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 60


def plain() -> Any:
    return models.CharField(max_length=20)


def encrypted() -> Any:
    return EncryptedField(plain(), key="pii")


class Table:
    """A table of secrets, what converts it, and somebody else who works with it."""

    def __init__(self, other: psycopg.Connection[Any]) -> None:
        self.other = other
        self.field = plain()
        other.execute("CREATE TABLE testapp_tree (id bigserial PRIMARY KEY, secret varchar(20) NOT NULL)")
        other.execute(f"INSERT INTO testapp_tree (secret) SELECT n FROM generate_series(1, {ROWS}) AS n")

    def state(self, field: Any) -> ProjectState:
        def declare() -> Any:
            meta = type("Meta", (), {"app_label": "testapp"})
            return type("Tree", (models.Model,), {"__module__": __name__, "Meta": meta, "secret": field})

        return state_of(declare)

    def becomes(self, field: Any) -> None:
        """Migrate, as a migration with `atomic = False` does."""
        operation = EncryptColumn("tree", "secret", field)
        before = self.state(self.field)
        after = before.clone()
        operation.state_forwards("testapp", after)
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("testapp", editor, before, after)
        self.field = field

    def values(self) -> list[str]:
        manager = self.state(self.field).apps.get_model("testapp", "Tree")._base_manager
        return list(manager.order_by("pk").values_list("secret", flat=True))

    def left(self) -> list[Any]:
        """What a conversion has made for itself."""
        return self.other.execute(
            "SELECT proname::text FROM pg_proc WHERE proname ~ 'convert_testapp_tree' UNION ALL "
            "SELECT attname FROM pg_attribute WHERE attrelid = 'testapp_tree'::regclass "
            "AND attname ~ 'converted' AND NOT attisdropped"
        ).fetchall()


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Table]:
    monkeypatch.setattr(conversion, "BATCH", 10)
    parameters = connection.get_connection_params()
    given = {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in parameters
    }
    with psycopg.connect(**given, autocommit=True, options="-c lock_timeout=2s") as other:
        try:
            yield Table(other)
        finally:
            other.execute("DROP TABLE testapp_tree")


def before_each_batch(monkeypatch: pytest.MonkeyPatch, action: Callable[[int], Any]) -> None:
    real, count = Conversion._batch, iter(range(10_000))

    def batch(self: Conversion) -> int:
        action(next(count))
        return real(self)

    monkeypatch.setattr(Conversion, "_batch", batch)


def test_others_read_and_write_while_the_column_is_converted(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def work(number: int) -> None:
        if number < ROWS // 10 + 1:  # the last batches are done while the table is locked
            table.other.execute("UPDATE testapp_tree SET secret = 'new ' || id WHERE id IN (1, 60)")
            table.other.execute("INSERT INTO testapp_tree (secret) VALUES ('more')")
            assert table.other.execute("SELECT count(*) FROM testapp_tree").fetchone() == (ROWS + number + 1,)

    with monkeypatch.context() as patch:
        before_each_batch(patch, work)
        table.becomes(encrypted())

    kept = [str(number) for number in range(2, ROWS)]
    assert table.values() == ["new 1", *kept, f"new {ROWS}", *["more"] * (ROWS // 10 + 1)]
    assert table.left() == []


@pytest.mark.parametrize("moment", [0, 3, ROWS // 10 + 1])
def test_a_conversion_that_died_is_completed_by_the_next(
    table: Table, monkeypatch: pytest.MonkeyPatch, moment: int
) -> None:
    def die(number: int) -> None:
        if number == moment:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        before_each_batch(patch, die)
        with pytest.raises(KeyboardInterrupt):
            table.becomes(encrypted())
    table.other.execute("UPDATE testapp_tree SET secret = 'new' WHERE id = 1")
    assert table.other.execute("SELECT secret FROM testapp_tree ORDER BY id LIMIT 2").fetchall() == [
        ("new",),
        ("2",),
    ]

    table.becomes(encrypted())

    assert table.values() == ["new", *(str(number) for number in range(2, ROWS + 1))]
    assert table.left() == []


def test_what_a_conversion_to_something_else_has_left_is_not_taken(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(number: int) -> None:
        if number == 3:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        before_each_batch(patch, die)
        with pytest.raises(KeyboardInterrupt):
            table.becomes(encrypted())

    table.becomes(EncryptedField(plain(), key="pii", place="another.place"))

    assert table.values() == [str(number) for number in range(1, ROWS + 1)]


def test_nobody_waits_long_for_a_conversion_that_waits_for_others(
    table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits: list[float] = []

    def read(number: int) -> None:
        if number == ROWS // 10:  # the last batch before the table is to be locked
            table.other.execute("BEGIN")
            table.other.execute("SELECT count(*) FROM testapp_tree")

    def others_go_on(seconds: float) -> None:
        waits.append(seconds)
        table.other.execute("UPDATE testapp_tree SET secret = 'new' WHERE id = 1")
        if len(waits) == 3:
            table.other.execute("COMMIT")

    monkeypatch.setattr(conversion, "LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr(conversion, "sleep", others_go_on)
    before_each_batch(monkeypatch, read)
    table.becomes(encrypted())

    assert len(waits) == 3
    assert table.values() == ["new", *(str(number) for number in range(2, ROWS + 1))]


def test_it_goes_back_in_batches_too(table: Table) -> None:
    table.becomes(encrypted())
    table.becomes(plain())

    assert table.values() == [str(number) for number in range(1, ROWS + 1)]
    assert table.left() == []
