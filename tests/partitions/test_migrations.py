"""What makemigrations finds, and what migrate makes of it, there and back."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.optimizer import MigrationOptimizer
from django.db.migrations.writer import MigrationWriter
from django.utils import timezone

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.operations import ConvertToPartitioned
from django_schemapatterns.partitions.bounds import Duration
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.listing import read_listing
from django_schemapatterns.partitions.options import partition_options
from django_schemapatterns.partitions.retention import Retention
from django_schemapatterns.schema.maintained import MaintainedTable
from tests.partitions.tools import execute, partitions, primary_key, select
from tests.schema.story import Story, found, state_of

pytestmark = pytest.mark.django_db

Declare = Callable[[], Any]


def tree(*bases: Any, meta: dict[str, Any] | None = None, partition: Any = None, **members: Any) -> Declare:
    def declare() -> Any:
        options = type("Meta", (), {"app_label": "testapp", **(meta or {})})
        made = {name: member() for name, member in members.items()}
        inner = {"Partition": type("Partition", (), partition)} if partition else {}
        body = {"__module__": __name__, "Meta": options, **made, **inner}
        return type("Tree", bases or (patterns.PartitionedModel,), body)

    return declare


def moment() -> Any:
    return models.DateTimeField(default=timezone.now)


def by(**options: Any) -> dict[str, Any]:
    return {"by": "at", "every": "month", "ahead": 1, **options}


def test_create_and_take_back() -> None:
    story = Story(tree(at=moment, partition=by()))

    assert primary_key("testapp_tree") == ["id", "at"]
    assert len(partitions("testapp_tree")) == 2
    story.model()(at=timezone.now()).save()
    story.undo()
    assert select("SELECT relname FROM pg_class WHERE relname LIKE 'testapp_tree%%'") == []


def test_changes_of_the_interval_and_of_what_is_kept_touch_no_table() -> None:
    story = Story(tree(at=moment, partition=by()))
    before = partitions("testapp_tree")

    (operation,) = story.becomes(tree(at=moment, partition=by(every="day", ahead=9, keep="2 years")))

    assert isinstance(operation, migrations.AlterField)
    assert partitions("testapp_tree") == before
    options = partition_options(story.model())
    assert options is not None
    assert (options.every, options.ahead, options.keep) == ("day", 9, "2 years")


def test_a_default_partition_that_is_asked_for_later() -> None:
    story = Story(tree(at=moment, partition=by()))

    story.becomes(tree(at=moment, partition=by(default=True)))

    assert partitions("testapp_tree")["testapp_tree_default"] == "DEFAULT"


def test_another_value_of_a_list_gets_its_partition() -> None:
    def country() -> Any:
        return models.CharField(max_length=2)

    story = Story(tree(country=country, partition={"by": "country", "values": {"south": ["IT"]}}))

    story.becomes(
        tree(country=country, partition={"by": "country", "values": {"south": ["IT"], "north": ["SE"]}})
    )

    assert partitions("testapp_tree")["testapp_tree_north"] == "FOR VALUES IN ('SE')"


@pytest.mark.parametrize("change", [{"by": "seen"}, {"every": None, "modulus": 4}])
def test_another_key_is_refused_with_the_way_out(change: dict[str, Any]) -> None:
    story = Story(tree(at=moment, seen=moment, partition=by()))

    with pytest.raises(
        ConfigurationError, match=r"key of a partitioned table can not change\. Use .*Convert"
    ):
        story.becomes(tree(at=moment, seen=moment, partition=by(**change)))


def test_the_key_column_stays() -> None:
    story = Story(tree(at=moment, seen=moment, partition=by()))
    with pytest.raises(ConfigurationError, match=r"Tree\.at can not change its type"):
        story.becomes(tree(at=models.DateField, seen=moment, partition=by()))

    story.becomes(tree(at=moment, partition=by()))
    assert [column for (column,) in select("SELECT attname FROM pg_attribute WHERE attname = 'seen' "
            "AND attrelid = 'testapp_tree'::regclass")] == []  # fmt: skip


def test_a_key_that_is_renamed() -> None:
    story = Story(tree(at=moment, partition=by()))

    story.becomes(tree(placed=moment, partition=by(by="placed")))

    assert primary_key("testapp_tree") == ["id", "placed"]
    story.undo()
    assert primary_key("testapp_tree") == ["id", "at"]


def test_partitions_follow_their_table_to_its_new_name() -> None:
    story = Story(tree(at=moment, partition=by()))

    story.becomes(tree(at=moment, partition=by(), meta={"db_table": "testapp_wood"}))

    assert all(name.startswith("testapp_wood_2") for name in partitions("testapp_wood"))
    Story(tree(at=moment, partition=by(), meta={"db_table": "testapp_tree"}))


def test_what_was_detached_follows_its_table_too() -> None:
    def maintained(table: str) -> MaintainedTable:
        return MaintainedTable(table=table, label="testapp.Tree", every="month", keep="1 year")

    story = Story(tree(at=moment, partition=by(), meta={"db_table": "testapp_träd"}))
    january = ["testapp_träd", "testapp_träd_2020_01", "2020-01-01", "2020-02-01"]
    execute("SELECT schemapatterns.create_partition(%s, %s, %s, %s)", *january)
    expire(maintained("testapp_träd"), retention=Retention(grace=Duration(7, "day"), archive=None))

    story.becomes(tree(at=moment, partition=by(), meta={"db_table": "testapp_wood"}))

    listing = read_listing(maintained("testapp_wood"), using="default")
    assert listing
    assert [each.name for each in listing.leftovers] == ["public.testapp_wood_2020_01"]


def test_a_long_name_has_a_partition_for_each_month() -> None:
    name = "t" * 60
    Story(tree(at=moment, partition=by(ahead=3), meta={"db_table": name}))

    found_names = partitions(name)
    assert len(found_names) == 4
    assert {len(each) for each in found_names} == {63}


def test_makemigrations_converts_a_table_that_is_there() -> None:
    story = Story(tree(models.Model, at=moment))
    story.model()(at=timezone.now()).save()

    (operation,) = story.becomes(tree(at=moment, partition=by()))

    assert isinstance(operation, ConvertToPartitioned)
    assert primary_key("testapp_tree") == ["id", "at"]
    assert story.model()._default_manager.count() == 1


def leaf(**members: Any) -> Declare:
    def declare() -> Any:
        body = {"__module__": __name__, "Meta": type("Meta", (), {"app_label": "testapp"})}
        return type("Leaf", (models.Model,), body | {name: member() for name, member in members.items()})

    return declare


def test_makemigrations_converts_a_table_that_others_point_at() -> None:
    """What stands in the way goes before, and what needs the partitioned table comes after it."""

    def own() -> Any:
        return models.ForeignKey("testapp.Tree", models.CASCADE)

    def loose() -> Any:
        return models.ForeignKey("testapp.Tree", models.CASCADE, db_constraint=False)

    def code(**options: Any) -> Any:
        return lambda: models.IntegerField(null=True, **options)

    key = partial(fields.PartitionKeyField, "tree")
    story = Story(tree(models.Model, at=moment, code=code(unique=True)), leaf(tree=own))
    parent = story.model()(at=timezone.now(), code=1)
    parent.save()
    story.model("Leaf")(tree_id=parent.pk).save()
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    story.becomes(tree(at=moment, code=code(), partition=by()), leaf(tree=loose, tree_at=key))

    (child,) = story.model("Leaf")._default_manager.values("tree_id", "tree_at")
    assert child == {"tree_id": parent.pk, "tree_at": parent.at}  # type: ignore[attr-defined]
    assert primary_key("testapp_tree") == ["id", "at"]
    rules = "SELECT count(*) FROM pg_constraint WHERE conrelid = 'testapp_leaf'::regclass AND contype = 'f'"
    assert select(f"{rules} AND conparentid = 0") == [(1,)]


def test_add_field_does_not_partition_an_ordinary_table() -> None:
    story = Story(tree(models.Model, at=moment))
    after = story.state.clone()
    operation = migrations.AddField("tree", "partitioned_by", fields.PartitionBy(by="at", every="month"))
    operation.state_forwards("testapp", after)

    refused = pytest.raises(
        ConfigurationError, match=r"is there already, and not partitioned\. Use .*Convert"
    )
    with refused, connection.schema_editor() as editor:
        operation.database_forwards("testapp", editor, story.state, after)


def test_the_state_after_a_conversion_is_that_of_the_model() -> None:
    plain, now = state_of(tree(models.Model, at=moment)), state_of(tree(at=moment, partition=by()))
    operation = ConvertToPartitioned("Tree", fields.PartitionBy(by="at", every="month", ahead=1))
    operation.state_forwards("testapp", plain)

    assert found(plain, now) == []
    text, imports = MigrationWriter.serialize(operation)
    assert text.startswith("django_schemapatterns.operations.ConvertToPartitioned(")
    assert "import django_schemapatterns.fields" in imports


def test_conversion_in_a_migration_there_and_back() -> None:
    story = Story(tree(models.Model, at=moment))
    model = story.model()
    model(at=timezone.now()).save()
    before = story.state.clone()
    after = before.clone()
    operation = ConvertToPartitioned("Tree", fields.PartitionBy(by="at", every="month", ahead=1))
    operation.state_forwards("testapp", after)

    with connection.schema_editor() as editor:
        operation.database_forwards("testapp", editor, before, after)
    assert primary_key("testapp_tree") == ["id", "at"]
    assert len(partitions("testapp_tree")) == 2
    with connection.schema_editor() as editor:
        operation.database_backwards("testapp", editor, after, before)

    assert primary_key("testapp_tree") == ["id"]
    assert model._default_manager.count() == 1
    with connection.schema_editor(collect_sql=True) as editor:
        operation.database_forwards("testapp", editor, before, after)
    assert "converted to a partitioned table" in "\n".join(editor.collected_sql)


def test_squashed_operations_make_the_same_table() -> None:
    (first,) = found(state_of(), state_of(tree(at=moment, partition=by())))
    (second,) = found(
        state_of(tree(at=moment, partition=by())), state_of(tree(at=moment, partition=by(keep="1 year")))
    )

    operations = MigrationOptimizer().optimize([*first.operations, *second.operations], "testapp")

    (create,) = operations
    assert isinstance(create, migrations.CreateModel)
    field: Any = dict(create.fields)["partitioned_by"]
    assert field.given["keep"] == "1 year"


def test_sqlmigrate_shows_the_table_and_its_partitions() -> None:
    out = StringIO()

    call_command("sqlmigrate", "parttests", "0001", stdout=out)

    text = out.getvalue()
    assert 'PRIMARY KEY ("id", "at")) PARTITION BY RANGE ("at");' in text
    assert (
        f'CREATE TABLE "parttests_visit_{timezone.now():%Y_%m}" PARTITION OF "parttests_visit" FOR VALUES'
        in text
    )


def test_a_table_without_migrations() -> None:
    with connection.schema_editor() as editor:
        model: Any = state_of(tree(at=moment, partition=by())).apps.get_model("testapp", "tree")
        editor.create_model(model)

    assert len(partitions("testapp_tree")) == 2
    execute("INSERT INTO testapp_tree (at) VALUES (now())")
