"""makemigrations finds encrypted fields and their indexes; values survive every way there and back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection, models
from django.db.migrations.operations.base import Operation
from django.db.migrations.writer import MigrationWriter

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.fields import BlindIndex, EncryptedField
from tests.encryption.tools import NEW, OLD
from tests.schema.story import Story, found, state_of

pytestmark = pytest.mark.django_db

Declare = Callable[[], Any]


def tree(
    field: Any = None, *, name: str = "secret", called: str = "Tree", meta: Any = None, **more: Any
) -> Declare:
    """Return a function that declares a model with such a field."""

    def declare() -> Any:
        body = {
            "__module__": __name__,
            "Meta": type("Meta", (), {"app_label": "testapp", **(meta or {})}),
            **{key: make() for key, make in more.items()},
            **({name: field()} if field else {}),
        }
        return type(called, (models.Model,), body)

    return declare


def plain(**options: Any) -> Declare:
    return lambda: models.CharField(max_length=20, **options)


def encrypted(base: Any = None, **options: Any) -> Declare:
    return lambda: EncryptedField((base or plain())(), **{"key": "pii", **options})


INDEXED = encrypted(index=BlindIndex())


def kinds(operations: Sequence[Operation]) -> list[str]:
    return [f"{type(each).__name__} {getattr(each, 'name', '')}".strip() for each in operations]


def columns(table: str = "testapp_tree") -> dict[str, tuple[str, bool]]:
    """The columns of a table: their types, and whether they may be NULL."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT attname, format_type(atttypid, atttypmod), NOT attnotnull FROM pg_attribute "
            "WHERE attrelid = to_regclass(%s) AND attnum > 0 AND NOT attisdropped",
            [table],
        )
        return {name: (kind, null) for name, kind, null in cursor.fetchall()}


def get(story: Story, **lookups: Any) -> Any:
    return story.model()._base_manager.get(**lookups)


def values(story: Story, name: str = "secret") -> list[Any]:
    return list(story.model()._base_manager.order_by("pk").values_list(name, flat=True))


def make(story: Story, **fields: Any) -> Any:
    return story.model()._base_manager.create(**fields)


def test_a_new_model_has_its_columns_and_loses_them() -> None:
    story = Story(tree(encrypted(index=BlindIndex(unique=True))))
    assert columns() == {"id": ("bigint", False), "secret": ("bytea", False), "secret_index": ("bytea", True)}
    make(story, secret="x")
    assert values(story) == ["x"]
    assert story.model()._base_manager.filter(secret="x").count() == 1

    story.undo()

    assert columns() == {}


def test_a_model_that_stays_changes_nothing() -> None:
    story = Story(tree(INDEXED))

    assert story.becomes(tree(INDEXED)) == []
    changed = story.becomes(tree(encrypted(plain(verbose_name="Secret"), index=BlindIndex())))
    assert kinds(changed) in (["AlterField secret"], [])


def test_what_makemigrations_writes_can_be_read() -> None:
    for migration in found(
        state_of(),
        state_of(
            tree(
                encrypted(bind="tenant", by="owner", index=BlindIndex(bits=64), place="a.b"),
                owner=models.IntegerField,
            )
        ),
    ):
        migration.name = "0001_test"
        exec(compile(MigrationWriter(migration).as_string(), "0001_test.py", "exec"), {})


def test_a_field_comes_and_goes() -> None:
    story = Story(tree())
    make(story)

    story.becomes(tree(encrypted(plain(null=True), index=BlindIndex(unique=True))))
    make(story, secret="x")
    assert values(story) == [None, "x"]
    removed = story.becomes(tree())

    assert list(columns()) == ["id"]
    assert kinds(removed).index("RemoveField secret_index") < kinds(removed).index("RemoveField secret")
    story.undo()
    assert set(columns()) == {"id", "secret", "secret_index"}
    story.undo()
    assert list(columns()) == ["id"]


def test_a_field_with_a_default_encrypts_it_for_old_rows() -> None:
    story = Story(tree())
    make(story)

    story.becomes(tree(encrypted(plain(default="none"))))

    assert values(story) == ["none"]


def test_an_index_comes_and_goes() -> None:
    story = Story(tree(encrypted()))
    make(story, secret="x")

    story.becomes(tree(INDEXED))
    assert story.model()._base_manager.filter(secret="x").count() == 0  # until reencrypt
    make(story, secret="y")
    assert story.model()._base_manager.filter(secret="y").count() == 1

    story.undo()
    assert values(story) == ["x", "y"]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (plain(), encrypted()),
        (plain(null=True), encrypted(plain(null=True), index=BlindIndex(unique=True))),
        (plain(unique=True), INDEXED),
        (models.IntegerField, encrypted(models.IntegerField)),
        (encrypted(), encrypted(place="another.place")),
        (INDEXED, encrypted(index=BlindIndex(), bind="tenant", by="owner")),
    ],
)
def test_values_are_converted_there_and_back(before: Declare, after: Declare) -> None:
    story = Story(tree(before, owner=models.IntegerField))
    given: list[Any] = [1, 2] if isinstance(before(), models.IntegerField) else ["one", "two"]
    for value in given:
        make(story, secret=value, owner=7)
    if before().null:
        make(story, secret=None, owner=7)
        given = [*given, None]
    was = columns()

    operations = story.becomes(tree(after, owner=models.IntegerField))
    assert "EncryptColumn secret" in kinds(operations)
    assert columns()["secret"] == ("bytea", before().null)
    assert values(story) == given
    if getattr(after(), "index", None):
        assert get(story, secret=given[0]).secret == given[0]

    while len(story.done) > 1:
        story.undo()
    assert values(story) == given
    assert columns() == was


@pytest.mark.parametrize(
    "field",
    [
        plain(unique=True),
        plain(db_index=True),
        plain(db_default="x", db_collation="C", db_comment="A secret"),
        lambda: models.PositiveIntegerField(null=True),
    ],
)
def test_a_column_gets_back_all_that_it_had(field: Declare) -> None:
    story = Story(tree(field))
    make(story, secret="1")
    before = described()

    story.becomes(tree(encrypted(index=BlindIndex(unique=True))))
    assert described() != before
    story.undo()

    assert described() == before
    assert list(map(str, values(story))) == ["1"]


def described(table: str = "testapp_tree") -> list[str]:
    """What PostgreSQL knows about the column with the secret, without the names that it chose."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %(table)s::regclass
            UNION ALL SELECT split_part(pg_get_indexdef(indexrelid), ' ON ', 2)
                FROM pg_index WHERE indrelid = %(table)s::regclass
            UNION ALL SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef
                WHERE adrelid = %(table)s::regclass
            UNION ALL SELECT concat_ws(' ', attname, format_type(atttypid, atttypmod), attnotnull,
                                       attcollation::regcollation, col_description(attrelid, attnum))
                FROM pg_attribute
                WHERE attrelid = %(table)s::regclass AND attnum > 0 AND NOT attisdropped
            ORDER BY 1
            """,
            {"table": table},
        )
        return [line for (line,) in cursor.fetchall()]


def test_another_ring_is_a_conversion(settings: Any) -> None:
    settings.SCHEMAPATTERNS = {"ENCRYPTION_KEYS": {"pii": {"k": OLD}, "other": {"k": NEW}}}
    story = Story(tree(encrypted()))
    make(story, secret="x")

    assert kinds(story.becomes(tree(encrypted(key="other")))) == ["EncryptColumn secret"]

    assert values(story) == ["x"]


def test_a_new_column_is_a_conversion() -> None:
    story = Story(tree(INDEXED))
    make(story, secret="x")

    operations = story.becomes(tree(encrypted(plain(db_column="hidden"), index=BlindIndex())))

    assert "EncryptColumn secret" in kinds(operations)
    assert get(story, secret="x").secret == "x"
    assert set(columns()) == {"id", "hidden", "secret_index"}
    story.undo()
    assert values(story) == ["x"]


def test_many_rows_are_converted_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    from django_schemapatterns.encryption import conversion

    monkeypatch.setattr(conversion, "BATCH", 10)
    story = Story(tree(plain()))
    model = story.model()
    model._base_manager.bulk_create(model(secret=str(number)) for number in range(35))

    story.becomes(tree(encrypted()))

    assert sorted(map(int, values(story))) == list(range(35))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_proc WHERE proname ~ '^convert_testapp_tree'")
        assert cursor.fetchone() == (0,)


def test_what_old_code_writes_meanwhile_is_converted_too(monkeypatch: pytest.MonkeyPatch) -> None:
    from django_schemapatterns.encryption.conversion import Conversion

    story = Story(tree(plain()))
    make(story, secret="one")
    swap = Conversion._batch
    seen: list[int] = []

    def batch(self: Conversion) -> int:
        rows = swap(self)
        if rows and not seen:
            seen.append(rows)
            with connection.cursor() as cursor:
                cursor.execute("UPDATE testapp_tree SET secret = 'changed'")
                cursor.execute("INSERT INTO testapp_tree (secret) VALUES ('new')")
        return rows

    monkeypatch.setattr(Conversion, "_batch", batch)
    story.becomes(tree(encrypted()))

    assert values(story) == ["changed", "new"]


def test_a_view_and_a_policy_stay() -> None:
    story = Story(tree(encrypted()))
    make(story, secret="x")
    with connection.cursor() as cursor:
        cursor.execute("CREATE VIEW looker AS SELECT id, secret FROM testapp_tree")

    story.becomes(tree(encrypted(place="another.place")))

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM looker")
        assert cursor.fetchone() == (1,)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (tree(encrypted(), name="hidden"), r"place='testapp_tree\.secret'.*then rename it"),
        (tree(encrypted(), called="Wood"), r"place='testapp_tree\.secret'.*then rename the table"),
        (
            tree(encrypted(), meta={"db_table": "wood"}),
            r"place='testapp_tree\.secret'.*then rename the table",
        ),
    ],
)
def test_a_new_name_is_refused_while_values_are_bound_to_the_old_one(change: Declare, said: str) -> None:
    story = Story(tree(encrypted()))
    make(story, secret="x")

    with pytest.raises(ConfigurationError, match=said):
        story.becomes(change)


@pytest.mark.parametrize("index", [None, BlindIndex()])
def test_a_new_name_after_the_place_is_noted_is_fine(index: Any) -> None:
    options: dict[str, Any] = {"index": index} if index else {}
    noted = encrypted(place="testapp_tree.secret", **options)
    story = Story(tree(encrypted(**options)))
    make(story, secret="x")

    assert kinds(story.becomes(tree(noted))) == ["AlterField secret"]
    story.becomes(tree(noted, name="hidden"))
    assert values(story, "hidden") == ["x"]
    if index:
        assert story.model()._base_manager.filter(hidden="x").count() == 1
        make(story, hidden="y")
        assert get(story, hidden="y").hidden == "y"
    story.becomes(tree(noted, name="hidden", called="Wood"))
    assert "x" in story.model("Wood")._base_manager.values_list("hidden", flat=True)

    while len(story.done) > 1:
        story.undo()
    assert values(story)[0] == "x"


def test_a_plain_alteration_is_refused() -> None:
    from django.db.migrations import AlterField

    story = Story(tree(plain()))
    after = story.state.clone()
    operation = AlterField("tree", "secret", encrypted()())
    operation.state_forwards("testapp", after)

    with (
        pytest.raises(ConfigurationError, match="EncryptColumn in its place"),
        connection.schema_editor() as editor,
    ):
        operation.database_forwards("testapp", editor, story.state, after)


def test_historical_models_write_and_find() -> None:
    story = Story(tree(INDEXED))
    model = story.model()

    row = model._base_manager.create(secret="x")
    model._base_manager.filter(secret="x").update(secret="y")

    assert model._base_manager.get(secret="y").pk == row.pk


def test_nothing_is_missing_in_the_migrations_of_the_tests(capsys: pytest.CaptureFixture[str]) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "cryptotests", check=True, dry_run=True, verbosity=0)
