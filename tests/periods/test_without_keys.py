"""The reference to the owner: the triggers keep it, and a foreign key where it is asked for."""

from __future__ import annotations

import pytest

from tests.periods.app.models import Part, PartPrice, Tariff, TariffRate
from tests.periods.tools import contradictions, execute, soon, values
from tests.softdelete.tools import refused

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("table", "keys"), [("periodtests_partprice", 0), ("periodtests_robotpower", 1)])
def test_there_is_a_foreign_key_if_asked_for(table: str, keys: int) -> None:
    found = "SELECT count(*) FROM pg_constraint WHERE contype = 'f' AND conrelid = %s::regclass"
    assert execute(found, table) == keys


@pytest.mark.parametrize("days", [-1, 1])
def test_a_version_by_hand_needs_an_owner(days: int) -> None:
    part = Part.objects.create(price=1)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    with refused("23503", "There is no row of periodtests_part"):
        PartPrice.objects.create(part_id=part.pk + 1, price=2, effective_from=soon(days=days))
    PartPrice.objects.create(part=part, price=2, effective_from=soon(days=days))
    with refused("23503"):
        PartPrice.objects.filter(price=2).update(part_id=part.pk + 1)


def test_a_version_that_is_gone_before_the_end_needs_no_owner() -> None:
    part = Part.objects.create(price=1)
    for change in ({"part": part}, {"part_id": part.pk + 2}):
        version = PartPrice.objects.create(part_id=part.pk + 1, price=2, effective_from=soon())
        PartPrice.objects.filter(pk=version.pk).update(**change)
    execute("DELETE FROM periodtests_partprice WHERE part_id > %s", part.pk)
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    assert values(part.prices) == [1, 2]


def test_owners_take_their_versions_along() -> None:
    part, other = Part.objects.create(price=1), Part.objects.create(price=2)
    execute("DELETE FROM periodtests_part WHERE id = %s", part.pk)
    assert values(PartPrice.objects) == [2]
    execute("UPDATE periodtests_part SET id = id + 1000, price = 3")
    assert values(PartPrice.objects.filter(part=other.pk + 1000)) == [2, 3]
    execute("TRUNCATE periodtests_part")
    assert not PartPrice._base_manager.exists()


def test_owners_leave_ended_versions_when_all_are_taken_away() -> None:
    Tariff.objects.bulk_create([Tariff(rate=1), Tariff(rate=2)])
    TariffRate.schedule(Tariff.objects.all()[0], rate=3, effective_from=soon())
    execute("SET CONSTRAINTS ALL IMMEDIATE")
    execute("TRUNCATE periodtests_tariff")

    assert sorted(values(TariffRate.objects, "rate")) == [1, 2]
    assert not TariffRate.objects.current().exists()
    assert contradictions(TariffRate) == []
