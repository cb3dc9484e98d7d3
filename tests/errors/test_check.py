"""A Check is a CheckConstraint to the database and to migrations, and names a field to people."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.migrations.writer import MigrationWriter
from django.db.models import F, Q

from django_schemapatterns.constraints import Check
from django_schemapatterns.forms import as_validation_errors
from tests.schema.story import Story, state_of

pytestmark = pytest.mark.django_db
RULE: dict[str, Any] = {"condition": Q(high__gte=F("low")), "name": "tree_heights"}


def tree(*rules: Any) -> Any:
    def declare() -> Any:
        class Tree(models.Model):
            low = models.IntegerField(default=0)
            high = models.IntegerField(default=0)

            class Meta:
                app_label = "testapp"
                constraints = list(rules)

            def __str__(self) -> str:
                return f"{self.low}-{self.high}"

        return Tree

    return declare


def made(*rules: Any) -> Any:
    """Make the table, and return today's class of it."""
    Story(tree(*rules))
    models_found: list[Any] = []

    def declare() -> None:
        models_found.append(tree(*rules)())

    state_of(declare)
    return models_found[0]


def places(error: pytest.ExceptionInfo[ValidationError]) -> list[str]:
    return list(error.value.message_dict)


def test_to_take_it_in_the_place_of_djangos_changes_nothing() -> None:
    story = Story(tree(models.CheckConstraint(**RULE)))

    assert story.becomes(tree(Check(**RULE, error_field="high"))) == []
    assert story.becomes(tree(models.CheckConstraint(**RULE))) == []


def test_migrations_need_nothing_of_ours() -> None:
    text, _imports = MigrationWriter.serialize(Check(**RULE, error_field="high"))

    assert text.startswith("models.CheckConstraint(")
    assert "error_field" not in text


def test_error_stands_at_the_field_that_is_named() -> None:
    model = made(Check(**RULE, error_field="high"))
    row = model(low=2, high=1)

    with pytest.raises(ValidationError) as in_form:
        row.validate_constraints()
    with pytest.raises(ValidationError) as in_database, as_validation_errors(instance=row):
        row.save()

    assert places(in_form) == places(in_database) == ["high"]


def test_field_that_a_form_leaves_out_has_no_error() -> None:
    model = made(Check(**RULE, error_field="high"))

    with pytest.raises(ValidationError) as wrong:
        Check(**RULE, error_field="pk").validate(model, model(low=2, high=1), exclude={"pk"})

    assert not hasattr(wrong.value, "error_dict")


def test_error_about_two_fields_stands_above_the_form() -> None:
    model = made(Check(**RULE))

    with pytest.raises(ValidationError) as wrong:
        model(low=2, high=1).validate_constraints()

    assert places(wrong) == ["__all__"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [({"low": -1}, ["low"]), ({"high": -1}, ["high"]), ({"low": -1, "high": -1}, ["high", "low"])],
)
def test_of_conditions_that_have_to_hold_the_broken_ones_are_named(
    values: dict[str, int], expected: list[str]
) -> None:
    rule = Check(condition=Q(low__gte=0, high__gte=0), name="tree_positive", violation_error_message="No.")
    model = made(rule)
    row = model(**values)

    with pytest.raises(ValidationError) as in_form:
        row.validate_constraints()
    with pytest.raises(ValidationError) as in_database, as_validation_errors(instance=row):
        row.save()

    assert (
        in_form.value.message_dict == in_database.value.message_dict == {name: ["No."] for name in expected}
    )


def test_names_with_the_class_in_them_are_filled_in() -> None:
    model = made(Check(condition=Q(low__gte=0), name="%(app_label)s_%(class)s_low", error_field="low"))

    [rule] = model._meta.constraints

    assert (rule.name, rule.error_field) == ("testapp_tree_low", "low")


def test_field_that_there_is_not_is_told() -> None:
    model = made(Check(**RULE, error_field="hihg"))
    [rule] = model._meta.constraints

    [found] = rule.check(model, connection)

    assert found.id == "schemapatterns.E660"
    assert "low, high" in found.hint
    assert Check(**RULE, error_field="low").check(model, connection) == []
