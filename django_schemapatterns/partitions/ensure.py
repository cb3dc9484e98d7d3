"""Partitions made ahead, and rows of the default partition brought into partitions of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError
from django.utils import timezone

from django_schemapatterns.partitions.finding import listings
from django_schemapatterns.partitions.plan import (
    Outcome,
    Plan,
    Step,
    analysis,
    plan_drain,
    plan_ensure,
    plan_unproven,
    refusal,
)
from django_schemapatterns.partitions.running import Patience, short_transaction

if TYPE_CHECKING:
    from django_schemapatterns.partitions.listing import Listing

Tell = Callable[[Step], object]


def ensure(
    *names: Any,
    now: datetime | None = None,
    using: str = DEFAULT_DB_ALIAS,
    patience: Patience | None = None,
    tell: Tell = lambda step: None,
) -> Outcome:
    """
    Make the partitions that tables need now and next, and those that late runs left out.

        partitions.ensure("shop.Order")
        partitions.ensure()  # every table

    names: models, their labels or names of tables.  now: the clock's by default.
    tell: is called after each step.

    Runs again without harm, beside another run, and after one that was killed. Raises ConfigurationError for
    a name that is no partitioned table of time.
    """
    outcome = Outcome()
    for listing in listings(names, using=using):
        plan = plan_ensure(listing, now=now or timezone.now(), using=using)
        _make(listing, plan, outcome, using=using, patience=patience or Patience(), tell=tell)
    return outcome


def drain(
    *names: Any,
    using: str = DEFAULT_DB_ALIAS,
    patience: Patience | None = None,
    tell: Tell = lambda step: None,
) -> Outcome:
    """
    Bring the rows of default partitions into partitions of their own, a period at a time.

    Nobody sees a row twice or misses one: those of a period move in one transaction, which writers of the
    table wait for. The arguments are those of `ensure()`.
    """
    outcome = Outcome()
    for listing in listings(names, using=using):
        plan = plan_drain(listing, using=using)
        _make(listing, plan, outcome, using=using, patience=patience or Patience(), tell=tell)
    return outcome


def _make(
    listing: Listing, plan: Plan, outcome: Outcome, *, using: str, patience: Patience, tell: Tell
) -> None:
    outcome.problems += plan.problems
    steps = list(plan.steps)
    while steps:
        step = steps.pop(0)
        try:
            rows = patience.run(partial(_run, step, using, patience))
        except DatabaseError as error:
            outcome.problems.append(refusal(step, error))
            continue
        if step.action == "create" and rows is None:
            continue  # another run has made it meanwhile
        outcome.done.append(replace(step, rows=rows))
        tell(outcome.done[-1])
        if rows:
            steps += [each for each in plan_unproven(listing, using=using).steps if each not in steps]
        if not steps and step.action != "analyze":
            steps.append(analysis(listing))


def _run(step: Step, using: str, patience: Patience) -> int | None:
    with short_transaction(using, patience) as cursor:
        cursor.execute(step.sql)
        return cursor.fetchone()[0] if cursor.description else None
