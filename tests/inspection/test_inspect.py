"""Models that are printed for a table are those that made it."""

from __future__ import annotations

from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.contrib.postgres.functions import RandomUUID
from django.contrib.postgres.indexes import GinIndex
from django.core.management import CommandError, call_command
from django.db import models
from django.db.models.functions import Now
from django.test.utils import isolate_apps

from django_schemapatterns import constraints, fields, models as patterns
from django_schemapatterns.database import Domain
from tests.audit.tools import execute
from tests.schema.story import Story, state_of
from tests.schema.test_migrations import tree

pytestmark = pytest.mark.django_db


class Season(models.TextChoices):
    SPRING = "spring"
    LATE_FALL = "late fall"


class Kind(models.TextChoices):
    OAK = "oak"


PLAIN: dict[str, Any] = {
    "small": lambda: models.SmallIntegerField(null=True),
    "number": lambda: models.IntegerField(db_default=-7),
    "big": lambda: models.BigIntegerField(unique=True),
    "count": models.PositiveIntegerField,
    "price": lambda: models.DecimalField(max_digits=10, decimal_places=2, db_default=Decimal("0.50")),
    "ratio": models.FloatField,
    "is_tall": lambda: models.BooleanField(db_default=False),
    "name": lambda: models.CharField(max_length=20, db_default="it's", db_comment="as one's known"),
    "code": lambda: models.CharField(max_length=9, db_index=True),
    "notes": lambda: models.TextField(db_index=True),
    "day": models.DateField,
    "seen_at": lambda: models.DateTimeField(db_default=Now()),
    "hour": lambda: models.TimeField(null=True),
    "lasted": lambda: models.DurationField(null=True),
    "token": lambda: models.UUIDField(db_default=RandomUUID()),
    "data": lambda: models.JSONField(db_default={}),
    "address": lambda: models.GenericIPAddressField(null=True),
    "raw": lambda: models.BinaryField(null=True),
    "words": lambda: ArrayField(models.CharField(max_length=5), db_default=[]),
    "during": lambda: DateRangeField(null=True),  # type: ignore[misc]
    "field_class": lambda: models.IntegerField(db_column="class"),
}
OURS: dict[str, Any] = {
    "email": lambda: fields.EmailAddressField(null=True),
    "phone": lambda: fields.PhoneNumberField(null=True),
    "balance": lambda: fields.PositiveDecimalField(db_default=0),
    "weight": lambda: fields.PositiveDecimalField(max_digits=8, decimal_places=3),
    "short": lambda: fields.SlugField(max_length=9),
    "slug": lambda: fields.SlugField(db_index=False),
    "share": lambda: fields.PercentageField(null=True),
    "currency": lambda: fields.CurrencyCodeField(db_default="EUR"),
    "season": lambda: fields.EnumField(Season, db_default="late fall"),
    "kind": lambda: fields.EnumField(Kind, type="tree kind", null=True),
    "seasons": lambda: ArrayField(fields.EnumField(Season), null=True),
    "height": lambda: fields.DomainField(
        Domain("tree_height", "numeric(5,2)", {"low": "(VALUE > (0)::numeric)"}), null=True
    ),
    "changed_at": fields.UpdatedAtField,
}


def declare(*bases: Any, meta: dict[str, Any] | None = None, **made: Any) -> Any:
    inner = type("Meta", (), {"app_label": "testapp", **(meta or {})})
    return tree(*(bases or (models.Model,)), Meta=inner, **made)


def printed(*tables: str, app_label: str = "testapp") -> str:
    out = StringIO()
    call_command("inspect_schemapatterns", *tables, app_label=app_label, stdout=out)
    return out.getvalue()


def again(text: str) -> Any:
    """The declaration that the text is."""
    return lambda: exec(text, {"__name__": "tests.testapp.inspected"})


def changes(story: Story, text: str) -> list[str]:
    """What makemigrations would do to turn what is there into what is printed."""
    found = [each for migration in story.find(state_of(again(text))) for each in migration.operations]
    return [each.describe() for each in found]


@pytest.mark.parametrize("made", [PLAIN, OURS], ids=["plain", "ours"])
def test_fields_are_those_that_made_the_table(made: dict[str, Any]) -> None:
    story = Story(declare(**{name: field() for name, field in made.items()}))

    text = printed("testapp_tree")

    assert changes(story, text) == []


def test_patterns_keys_constraints_indexes_and_comments_are_those_that_made_the_table() -> None:
    story = Story(
        declare(
            patterns.AuditedModel,
            patterns.SoftDeleteModel,
            patterns.TimestampedModel,
            name=models.CharField(max_length=9),
            starts=models.DateField(),
            ends=models.DateField(null=True),
            words=ArrayField(models.TextField(), null=True),
            best=models.OneToOneField("self", models.DO_NOTHING, null=True, db_column="best"),
            parent=models.ForeignKey("self", models.DO_NOTHING, null=True, db_index=False),
            meta={
                "db_table_comment": "what's grown",
                "constraints": [
                    constraints.UniqueAlive(fields=["name"], name="alive"),
                    models.UniqueConstraint(fields=["parent", "name"], name="named", nulls_distinct=False),
                    models.UniqueConstraint(
                        fields=["name", "starts"], name="later", deferrable=models.Deferrable.DEFERRED
                    ),
                    constraints.NoOverlap("name", "starts", "ends", bounds="[]", name="apart"),
                ],
                "indexes": [
                    models.Index(fields=["-starts", "name"], name="by_start"),
                    GinIndex(fields=["words"], name="by_word"),
                ],
            },
        )
    )

    text = printed("testapp_tree")

    assert "class Tree(patterns.AuditedModel, patterns.SoftDeleteModel, patterns.TimestampedModel):" in text
    assert changes(story, text) == []


def test_what_a_model_can_not_say_is_a_comment_and_still_runs() -> None:
    execute(
        "CREATE TABLE odd_table (id money, total int GENERATED ALWAYS AS (1 + 1) STORED, price money "
        "DEFAULT 3, CHECK (total % 2 = 0))"
    )
    execute("CREATE INDEX odd_lower ON odd_table ((total + 1)) WHERE total > 1")
    execute("CREATE POLICY own ON odd_table USING (total = 2)")
    execute("CREATE VIEW odd_view AS SELECT sum(total)::numeric AS total, 'x'::varchar AS x FROM odd_table")
    execute(
        "CREATE TABLE odd_parts (id bigint GENERATED ALWAYS AS IDENTITY, "
        "number int GENERATED ALWAYS AS IDENTITY, day date, found tsvector, PRIMARY KEY (id, day)) "
        "PARTITION BY RANGE (day)"
    )

    text = printed("odd_table", "odd_view", "odd_parts", app_label="")

    with isolate_apps("tests.testapp"):
        again(text)()
    for line in (
        "# A guess: the type is money.",
        "price = models.TextField(null=True)",
        "total = models.GeneratedField(expression=RawSQL('(1 + 1)', ()), output_field=models.Integer",
        "# CREATE INDEX odd_lower ON public.odd_table USING btree (((total + 1))) WHERE (total > 1)",
        "# Policy own FOR ALL USING ((total = 2))",
        "managed = False",
        "total = models.DecimalField(max_digits=38, decimal_places=10, null=True)",
        "x = models.CharField(null=True)",
        "class OddParts(patterns.PartitionedModel):",
        "by = 'day'",
        "# The database numbers it: GENERATED AS IDENTITY.\n    number = models.IntegerField()",
        "found = SearchVectorField(null=True)",
        "# There is no primary key: give primary_key=True to a field that is unique.",
    ):
        assert line in text
    assert "CompositePrimaryKey" not in text
    assert "RawSQL('((total %% 2) = 0)', (), output_field=models.BooleanField())" in text


def test_every_table_of_the_project_is_printed_as_a_module() -> None:
    compile(printed(app_label=""), "models.py", "exec")


def test_table_that_is_not_there_is_told() -> None:
    with pytest.raises(CommandError, match="no table or view lost"):
        printed("lost")


def test_versions_are_told_from_those_that_remember_what_was_believed() -> None:
    text = printed("periodtests_gemprice", "product_price_history", app_label="other")

    assert "class PeriodtestsGemprice(patterns.BitemporalModel)" in text
    assert "class ProductPriceHistory(patterns.PeriodModel)" in text
    assert "superseded_at =" not in text
    assert text.count("created_by =") == 1
    assert "created_by = models.BigIntegerField(" in text
