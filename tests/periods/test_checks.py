"""What the checks find in code and database."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.checks import CheckMessage
from django.db import models
from django.test.utils import isolate_apps

from django_schemapatterns import models as patterns
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.periods import checks
from django_schemapatterns.periods.database_checks import check_periods_database
from tests.periods.tools import execute


def price() -> Any:
    return models.DecimalField(max_digits=10, decimal_places=2)


def declare(
    owner: dict[str, Any], versions: dict[str, Any], name: str = "TreePrice", **period: Any
) -> type[patterns.PeriodModel]:
    """Declare an owner, Tree, and its versions."""
    meta = {"Meta": type("Meta", (), {"app_label": "testapp"}), "__module__": __name__}
    tree = type(name.removesuffix("Price"), (models.Model,), {**owner, **meta})
    options = {"tracks": {"tree": ["price"]}, **period}
    key = {"tree": models.ForeignKey(tree, models.CASCADE)}
    body = {**meta, **key, **versions, "Period": type("Period", (), options)}
    return type(name, (patterns.PeriodModel,), body)


Found = Callable[..., list[CheckMessage]]


@pytest.fixture
def found(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The messages about versions that are declared."""

    def found(*arguments: Any, **period: Any) -> list[CheckMessage]:
        with isolate_apps("tests.testapp"):
            model = declare(*arguments, **period)
            monkeypatch.setattr(checks, "period_models", lambda: [model])
            return checks.check_periods()

    return found


def ids(messages: list[CheckMessage]) -> list[str]:
    return [str(message.id).partition(".")[2] for message in messages]


def test_what_is_right_is_silent(found: Found) -> None:
    assert found({"price": price()}, {"price": price()}) == []
    deleted_at = models.DateTimeField(null=True)
    assert found({"price": price(), "deleted_at": deleted_at}, {"price": price()}, until="deleted_at") == []


@pytest.mark.parametrize("wrong", [({}, {"price": price()}), ({"price": price()}, {})])
def test_a_column_that_one_model_lacks(found: Found, wrong: Any) -> None:
    (message,) = found(*wrong)
    assert ids([message]) == ["E302"]
    assert "names 'price'" in message.msg


def test_types_that_differ(found: Found) -> None:
    (message,) = found({"price": price()}, {"price": models.IntegerField()})
    assert ids([message]) == ["E303"]
    assert "is integer, but testapp.Tree.price is numeric(10, 2)" in message.msg
    optional = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    assert ids(found({"price": optional}, {"price": price()})) == ["E303"]


def test_an_until_that_is_missing_or_never_null(found: Found) -> None:
    assert ids(found({"price": price()}, {"price": price()}, until="gone")) == ["E302"]
    gone = {"price": price(), "gone": models.BooleanField()}
    assert ids(found(gone, {"price": price()}, until="gone")) == ["E304"]


def test_foreign_keys_that_do_not_fit(found: Found) -> None:
    loose = models.ForeignKey("testapp.Tree", models.CASCADE, null=True)
    assert ids(found({"price": price()}, {"price": price(), "tree": loose})) == ["E305"]
    assert ids(found({"price": price()}, {"price": price()}, on_delete="end")) == ["E306"]
    kept = models.ForeignKey("testapp.Tree", models.DO_NOTHING, db_constraint=False)
    assert found({"price": price()}, {"price": price(), "tree": kept}, on_delete="end") == []


def test_a_manager_that_does_not_know_ends(found: Found) -> None:
    plain = {"price": price(), "objects": models.Manager()}
    (message,) = found({"price": price()}, plain)
    assert ids([message]) == ["W307"]
    assert "objects = PeriodManager" in str(message.hint)


@isolate_apps("tests.testapp")
def test_two_functions_of_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    first = declare({"price": price()}, {"price": price()})
    second = declare({"price": price()}, {"price": price()}, name="OtherPrice", functions={"price": "other"})
    monkeypatch.setattr(checks, "period_models", lambda: [first, second])
    assert checks.check_periods() == []

    third = declare({"price": price()}, {"price": price()}, name="ThirdPrice")
    monkeypatch.setattr(checks, "period_models", lambda: [first, second, third])
    (message,) = checks.check_periods()
    assert message.id == "schemapatterns.E308"
    assert "TreePrice and testapp.ThirdPrice both make" in message.msg


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "no tracks": ({"tracks": None}, "tracks is None"),
    "two owners": ({"tracks": {"tree": ["price"], "wood": ["price"]}}, "Name one foreign key"),
    "no columns": ({"tracks": {"tree": []}}, "Name one foreign key"),
    "a string": ({"tracks": {"tree": "price"}}, "Name one foreign key"),
    "no field": ({"tracks": {"wood": ["price"]}}, "'wood', which is no ForeignKey"),
    "another field": ({"tracks": {"price": ["price"]}}, "'price', which is no ForeignKey"),
    "an option": ({"track": 1}, "no option 'track'; .* Did you mean 'tracks'"),
    "a rule": ({"on_delete": "ends"}, "can not be 'ends'; there are cascade, end. Did you mean 'end'"),
    "steps": ({"steps": "first"}, "steps can not be 'first'"),
}


@pytest.mark.parametrize("case", WRONG)
@isolate_apps("tests.testapp")
def test_a_declaration_that_makes_no_sense_is_told_at_once(case: str) -> None:
    options, expected = WRONG[case]
    with pytest.raises(ConfigurationError, match=expected):
        declare({"price": price()}, {"price": price()}, **options)


@isolate_apps("tests.testapp")
def test_a_declaration_that_is_forgotten() -> None:
    meta = {"Meta": type("Meta", (), {"app_label": "testapp"}), "__module__": __name__}
    with pytest.raises(ConfigurationError, match=r"TreePrice.Period is missing. Write .* tracks = "):
        type("TreePrice", (patterns.PeriodModel,), meta)


@pytest.mark.django_db
def test_triggers_that_are_not_as_they_should_be() -> None:
    def told() -> list[str]:
        return ids(check_periods_database(["default"]))

    def trigger(name: str) -> str:
        return str(
            execute(
                "SELECT tgname FROM pg_trigger "
                "WHERE tgrelid = 'periodtests_product'::regclass AND tgname ~ %s",
                f"period_{name}",
            )
        )

    assert told() == []
    execute(f'ALTER TABLE periodtests_product DISABLE TRIGGER "{trigger("update")}"')
    assert told() == ["W321"]
    execute(f'ALTER TABLE periodtests_product ENABLE TRIGGER "{trigger("update")}"')
    execute(f"COMMENT ON TRIGGER \"{trigger('insert')}\" ON periodtests_product IS 'other'")
    assert told() == ["W322"]
    execute(f'DROP TRIGGER "{trigger("insert")}" ON periodtests_product')
    assert told() == ["W320"]
