"""All trials on all tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from django_schemapatterns.roles.connection_checks import problems_of, users_of
from django_schemapatterns.roles.proofs.actors import MOST, Actor, candidates, find_actors
from django_schemapatterns.roles.proofs.findings import Finding
from django_schemapatterns.roles.proofs.forging import forged
from django_schemapatterns.roles.proofs.orphans import seen_by
from django_schemapatterns.roles.proofs.tables import Protected, protected_tables, references
from django_schemapatterns.roles.proofs.trials import Trials, of_nobody, ways_around

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


def prove(
    connection: BaseDatabaseWrapper,
    declared: Mapping[str, str],
    *,
    witness: BaseDatabaseWrapper | None = None,
    actors: Sequence[Actor] = (),
    shared: Sequence[str] = (),
) -> Iterator[Finding]:
    """
    Try to get at the rows of others, on every table with row security.

    declared: the labels of models that declare it, by the quoted names of their tables.
    witness: a connection whose role passes the policies, to find out whose rows there are.
    actors: whom to act as, instead.  shared: labels of models some of whose rows everybody is meant to see.
    """
    tables = protected_tables(connection, declared)
    yield _role(connection)
    yield from forged(connection)
    known = list(actors) or find_actors(connection, witness, tables)
    for table in tables:
        yield from _of_table(connection, table, known, is_shared=table.label in shared)
        if witness is not None:
            yield from seen_by(witness, connection, table, tables, candidates(known, table))


def _role(connection: BaseDatabaseWrapper) -> Finding:
    problems = [f"{who.name}, {text}" for who in users_of(connection) for text, _ in problems_of(who)]
    name = " and ".join(dict.fromkeys(who.name for who in users_of(connection)))
    return Finding("(connection)", "role", "failed" if problems else "ok", "; ".join(problems) or name)


def _of_table(
    connection: BaseDatabaseWrapper, table: Protected, known: list[Actor], *, is_shared: bool
) -> Iterator[Finding]:
    if not table.enabled:
        yield Finding(table.label, "enabled", "failed", "declared, and row security is off in the database")
        return
    active = "policies are asked" if table.active else "policies are not asked for this role"
    yield Finding(table.label, "enabled", "ok" if table.active else "failed", active)
    if not is_shared:
        yield of_nobody(connection, table)
    yield from ways_around(connection, table)
    if table.active:
        yield from _of_two(connection, table, known)


def _of_two(connection: BaseDatabaseWrapper, table: Protected, known: list[Actor]) -> Iterator[Finding]:
    owners = with_rows(connection, table, known)
    if len(owners) < 2:
        yield Finding(table.label, "isolation", "unknown", _why(table, owners, known))
        return
    # Two may share rows by right, as members of a team do; all of them may not.
    pairs = [Trials(connection, table, *pair) for pair in combinations(owners, 2)]
    isolated = [each for each in pairs if each.read(each.keys_of(each.other)).status == "ok"]
    apart = isolated[0] if isolated else pairs[0]
    yield from apart.rows()
    abroad = next((each for each in isolated if each.one.tenant != each.other.tenant), apart)
    for reference in references(connection, table):
        # Within a tenant a row may point at one that is hidden from whoever wrote it.
        within = len(reference.targets) > 1 and table.owners.get("tenant") in reference.targets
        yield (abroad if within else apart).refer(reference)


def with_rows(connection: BaseDatabaseWrapper, table: Protected, known: list[Actor]) -> list[Actor]:
    """Return up to four who see rows of the table."""
    found: list[Actor] = []
    for actor in list(candidates(known, table))[: 5 * MOST]:
        if len(found) < 4 and Trials(connection, table, actor, actor).keys_of(actor):
            found.append(actor)
    return found


def _why(table: Protected, owners: list[Actor], known: list[Actor]) -> str:
    if not table.kinds and not table.claims:
        return "its policies do not ask who acts"
    fitting = len(list(candidates(known, table)))
    asked = " and ".join(sorted({*table.kinds, *table.claims}))
    who = f"only {owners[0]} sees rows" if owners else "none of them sees rows"
    return f"{fitting} known by {asked}, and {who}: name two with --actor, or a --witness"
