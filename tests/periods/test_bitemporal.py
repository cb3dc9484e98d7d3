"""Corrections destroy nothing: what was believed when stays known."""

from __future__ import annotations

import random
import threading
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models import F

from django_schemapatterns.context import acting_as
from django_schemapatterns.periods import with_period
from tests.periods.app.models import Coin, CoinValue, Gem, GemPrice, Part
from tests.periods.tools import contradictions, execute, let_pass, soon, values
from tests.softdelete.tools import refused

pytestmark = pytest.mark.django_db

CLOCK = "SELECT clock_timestamp()"


@pytest.fixture
def gem() -> Gem:
    return Gem.objects.create(price=1)


def told(moment: Any = None) -> list[Any]:
    """Who was worth what from when on, as one believes now or believed at a moment."""
    rows = GemPrice.beliefs.known_at(moment) if moment else GemPrice.objects.all()
    return list(rows.timeline().values_list("gem_id", "price", "effective_from", "effective_to"))


def beliefs_of(gem: Gem) -> Any:
    prices: Any = gem.prices
    return prices(manager="beliefs")


def by_correct(version: GemPrice) -> None:
    version.correct(price=9)


def by_save(version: GemPrice) -> None:
    version.price = 9
    version.save()


def by_update(version: GemPrice) -> None:
    GemPrice.objects.filter(pk=version.pk).update(price=9)


def by_sql(version: GemPrice) -> None:
    execute("UPDATE periodtests_gemprice SET price = 9 WHERE id = %s", version.pk)


@pytest.mark.parametrize("change", [by_correct, by_save, by_update, by_sql])
def test_what_was_believed_before_a_correction_is_kept(gem: Gem, change: Any) -> None:
    before, version = execute(CLOCK), GemPrice.objects.get()
    start = version.effective_from

    change(version)

    assert values(gem.prices) == [9]
    assert Gem.objects.get().price == 9
    beliefs = GemPrice.beliefs.filter(gem=gem).order_by("recorded_at")
    assert list(beliefs.values_list("price", "effective_from")) == [(1, start), (9, start)]
    old, new = beliefs
    assert old.superseded_at == new.recorded_at
    assert new.superseded_at is None
    assert [row.price for row in GemPrice.beliefs.known_at(before)] == [1]
    assert [row.price for row in beliefs_of(gem).known_at(before).as_of(start)] == [1]
    assert execute("SELECT schemapatterns.current_gem_price(%s)", gem.pk) == 9
    assert execute("SELECT count(*) FROM periodtests_gemprice_periods") == 1


def test_what_is_cancelled_is_kept(gem: Gem) -> None:
    version = GemPrice.schedule(gem, price=2, effective_from=soon())
    planned = execute(CLOCK)
    version.cancel_scheduled()
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert values(gem.prices) == [1]
    assert [row.price for row in GemPrice.beliefs.known_at(planned).timeline()] == [1, 2]
    GemPrice.schedule(gem, price=3, effective_from=version.effective_from)
    assert values(gem.prices) == [1, 3]


def test_what_is_moved_is_kept(gem: Gem) -> None:
    version = GemPrice.schedule(gem, price=2, effective_from=soon(days=1))
    planned = told()
    at = execute(CLOCK)
    version.correct(effective_from=soon(days=2))

    assert told(at) == planned
    assert told() != planned
    assert len(told()) == 2


def test_the_owner_as_of_a_moment_on_the_records_of_another(gem: Gem) -> None:
    at = execute(CLOCK)
    GemPrice.objects.get().correct(price=9)

    gems: Any = Gem.objects.all()
    now, then = (
        with_period(gems, "prices", as_of=at, known_at=known).values_list("price_as_of", flat=True).get()
        for known in (None, at)
    )
    assert (now, then) == (9, 1)


def test_a_correction_tells_by_whom_and_why_and_so_does_what_it_corrects() -> None:
    with acting_as("anna", reason="sale"):
        gem = Gem.objects.create(price=1)
    with acting_as("ben", reason="slip"):
        GemPrice.objects.get().correct(price=2)
    GemPrice.objects.get().correct(price=3, reason="typed")

    beliefs = (
        GemPrice.beliefs.filter(gem=gem).order_by("recorded_at").values_list("price", "created_by", "reason")
    )
    assert list(beliefs) == [(1, "anna", "sale"), (2, "ben", "slip"), (3, None, "typed")]


def test_what_says_the_same_is_no_correction(gem: Gem) -> None:
    version = GemPrice.objects.get()
    version.save()
    GemPrice.objects.update(price=1)
    assert GemPrice.beliefs.count() == 1
    assert GemPrice.objects.get().recorded_at == version.recorded_at


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE periodtests_gemprice SET price = 5 WHERE superseded_at IS NOT NULL",
        "UPDATE periodtests_gemprice SET superseded_at = now() WHERE superseded_at IS NOT NULL",
        "UPDATE periodtests_gemprice SET recorded_at = now() - interval '1d' WHERE superseded_at IS NOT NULL",
        "DELETE FROM periodtests_gemprice WHERE superseded_at IS NOT NULL; SET CONSTRAINTS ALL IMMEDIATE",
    ],
)
def test_what_was_believed_is_not_changed(gem: Gem, statement: str) -> None:
    GemPrice.objects.get().correct(price=2)
    with refused("23514", "what was believed once"):
        execute(statement)


@pytest.mark.parametrize(
    "delete", [lambda gem: gem.delete(), lambda gem: execute("DELETE FROM periodtests_gem")]
)
def test_beliefs_go_with_their_owner(gem: Gem, delete: Any) -> None:
    GemPrice.schedule(gem, price=3, effective_from=soon())
    GemPrice.objects.filter(price=1).get().correct(price=2)
    delete(gem)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert not GemPrice.beliefs.exists()


def test_beliefs_follow_the_key_of_their_owner(gem: Gem) -> None:
    GemPrice.objects.get().correct(price=2)
    execute("UPDATE periodtests_gem SET id = id + 1000")
    assert GemPrice.beliefs.filter(gem=gem.pk + 1000).count() == 2


def test_beliefs_of_versions_that_outlive_their_owner() -> None:
    coin = Coin.objects.create(value=1)
    CoinValue.schedule(coin, value=3, effective_from=soon())
    planned = execute(CLOCK)
    Coin.objects.update(value=2)  # in the same transaction: no step of its own
    Coin.objects.all().delete()
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert values(CoinValue.objects, "value") == [2]
    assert [row.value for row in CoinValue.beliefs.known_at(planned).filter(value=3)] == [3]
    with refused("23514"):
        execute("DELETE FROM periodtests_coinvalue; SET CONSTRAINTS ALL IMMEDIATE")


def test_scheduled_versions_of_a_row_that_is_gone_were_believed() -> None:
    coin = Coin.objects.create(value=1)
    CoinValue.schedule(coin, value=3, effective_from=soon())
    planned = execute(CLOCK)
    Coin.objects.update(deleted_at=planned)
    execute("SET CONSTRAINTS ALL IMMEDIATE")

    assert not CoinValue.objects.scheduled().exists()
    assert [row.value for row in CoinValue.beliefs.known_at(planned).filter(effective_from__gt=planned)] == [
        3
    ]


def test_scheduled_versions_come_into_force_after_corrections(gem: Gem) -> None:
    version = GemPrice.schedule(gem, price=2, effective_from=soon())
    version.correct(price=4)
    let_pass(version)
    assert values(gem.prices.current()) == [4]
    call_command("apply_scheduled_periods", verbosity=0)
    assert Gem.objects.get().price == 4
    assert GemPrice.beliefs.filter(price=2).count() == 1
    assert contradictions(GemPrice) == []


@pytest.mark.parametrize("seed", range(6))
def test_every_belief_can_be_asked_for_again(seed: int) -> None:
    chance = random.Random(seed)
    gems = [Gem.objects.create(price=number) for number in range(3)]
    steps: list[tuple[Any, list[Any]]] = []
    for _ in range(40):
        change_something(chance, chance.choice(gems))
        execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        steps.append((execute(CLOCK), told()))

    assert contradictions(GemPrice) == []
    for moment, believed in steps:
        assert told(moment) == believed


def change_something(chance: random.Random, gem: Gem) -> None:
    versions = list(gem.prices.order_by("effective_from"))
    scheduled = list(gem.prices.scheduled())
    match chance.choice(["price", "schedule", "correct", "move", "cancel", "rows"]):
        case "price":
            Gem.objects.filter(pk=gem.pk).update(price=chance.randrange(100))
        case "schedule":
            GemPrice.schedule(
                gem, price=chance.randrange(100), effective_from=soon(hours=chance.randrange(1, 10**6))
            )
        case "correct":
            chance.choice(versions).correct(price=chance.randrange(100))
        case "move" if scheduled:
            chance.choice(scheduled).correct(effective_from=soon(minutes=chance.randrange(1, 10**7)))
        case "cancel" if scheduled:
            gem.prices.filter(pk=chance.choice(scheduled).pk).cancel_scheduled()
        case "rows":
            Gem.objects.update(price=chance.randrange(100))


@pytest.mark.django_db(transaction=True)
def test_corrections_at_once_are_all_kept() -> None:
    Gem.objects.create(price=0)
    pk = GemPrice.objects.get().pk

    def correct(number: int) -> None:
        GemPrice.objects.get(pk=pk).correct(price=number)
        connections.close_all()

    threads = [threading.Thread(target=correct, args=[number]) for number in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    beliefs = GemPrice.beliefs.order_by("recorded_at")
    assert sorted(row.price for row in beliefs) == list(range(9))
    ends = [row.superseded_at for row in beliefs]
    assert ends == [*(row.recorded_at for row in beliefs[1:]), None]
    assert contradictions(GemPrice) == []


def test_who_has_no_key_of_the_type_is_not_noted() -> None:
    part = Part.objects.create(price=1)
    for actor in ("import", 7, "9" * 40):
        with acting_as(actor):
            Part.objects.update(price=F("price") + 1)
    assert list(part.prices.order_by("effective_from").values_list("created_by", flat=True)) == [
        None,
        None,
        7,
        None,
    ]
