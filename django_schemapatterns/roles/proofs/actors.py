"""Two who should not see each other's rows."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth import get_user_model
from django.db import ProgrammingError, transaction

from django_schemapatterns.context import Scope, restore
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.roles.proofs.tables import Protected, ask

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

MOST: Final = 12  # of whom rows are looked for in a table
LOOKED_AT: Final = 100_000  # rows among which actors are looked for


@dataclass(frozen=True)
class Actor:
    """Somebody to act as, by the arguments of acting_as(), and by nothing of the context around."""

    user: str | None = None
    tenant: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict, hash=False)

    def acting(self) -> Scope:
        return restore({"user_id": self.user, "tenant_id": self.tenant, "data": self.data})

    def __str__(self) -> str:
        known = {"user": self.user, "tenant": self.tenant, **self.data}
        return (
            " and ".join(f"{name} {value}" for name, value in known.items() if value is not None) or "nobody"
        )


NOBODY: Final = Actor()


def read_actor(text: str) -> Actor:
    """
    Read somebody from the command line: the key of a user, or JSON with whatever acting_as() takes.

        read_actor("5")
        read_actor('{"user": 5, "tenant": 2, "department": "sales"}')
    """
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if isinstance(value, dict):
        user, tenant = (None if value.get(key) is None else str(value[key]) for key in ("user", "tenant"))
        return Actor(
            user, tenant, {key: each for key, each in value.items() if key not in {"user", "tenant"}}
        )
    if not isinstance(value, str | int) or isinstance(value, bool):
        raise ConfigurationError(f"{text!r} is neither the key of a user nor a JSON object.")
    return Actor(str(value))


def find_actors(
    connection: BaseDatabaseWrapper, witness: BaseDatabaseWrapper | None, tables: Iterable[Protected]
) -> list[Actor]:
    """Return those whom rows of the tables belong to; a witness sees the rows of all."""
    found: dict[Actor, None] = {}
    for table in tables:
        if witness is not None and table.owners:
            found |= dict.fromkeys(_owners(witness, table))
    return [*found, *_users(connection)]


def candidates(actors: Iterable[Actor], table: Protected) -> Iterator[Actor]:
    """Return those who are known well enough for the policies of a table."""
    for actor in actors:
        known = {kind for kind in ("user", "tenant") if getattr(actor, kind) is not None}
        if table.kinds <= known and table.claims <= {*actor.data}:
            yield actor


def _owners(witness: BaseDatabaseWrapper, table: Protected) -> Iterator[Actor]:
    kinds = sorted(table.owners)
    columns = ", ".join(f"{table.owners[kind]}::text" for kind in kinds)
    names = ", ".join(str(number) for number in range(1, len(kinds) + 1))
    query = (
        f"SELECT {columns} FROM (SELECT * FROM {table.sql} LIMIT {LOOKED_AT}) AS looked_at "  # noqa: S608
        f"GROUP BY {names} ORDER BY count(*) DESC LIMIT {MOST}"
    )
    try:
        with transaction.atomic(using=witness.alias):
            rows = ask(witness, query, {})
    except ProgrammingError:
        return  # the witness may not read it
    for row in rows:
        if None not in row:
            yield Actor(**dict(zip(kinds, row, strict=True)))


def _users(connection: BaseDatabaseWrapper) -> Iterator[Actor]:
    keys = get_user_model()._base_manager.using(connection.alias).order_by("pk")
    for key in keys.values_list("pk", flat=True)[: 4 * MOST]:
        yield Actor(str(key))
