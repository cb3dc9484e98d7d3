"""What the catalog says about roles, what they are members of, and what is granted to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django_schemapatterns.roles import queries

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

PUBLIC: Final = ""  # the name that no role can have
VERSION_16: Final = 160_000


@dataclass(frozen=True, slots=True)
class Me:
    """The role that asks, and the database that it asks about."""

    name: str
    is_superuser: bool
    makes_roles: bool
    owns_database: bool
    database: str
    database_owner: str
    database_oid: int


@dataclass(frozen=True, slots=True)
class Role:
    """The attributes of a role."""

    name: str
    login: bool
    inherit: bool
    superuser: bool
    bypassrls: bool
    createrole: bool
    createdb: bool
    replication: bool


@dataclass(frozen=True, slots=True)
class Schema:
    """A schema; `sql` is its quoted name, `mine` whether the role that asks has its owner's rights."""

    oid: int
    sql: str
    owner: str
    mine: bool


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """A table, a view or a sequence; `leaks`: it is a view that reads protected tables as its owner."""

    oid: int
    sql: str
    name: str
    kind: str
    is_partition: bool
    owner: str
    mine: bool
    belongs_to_column: bool
    is_protected: bool
    leaks: bool
    is_looked_up: bool
    columns: list[str]


@dataclass(frozen=True, slots=True)
class Routine:
    """A function or a procedure."""

    oid: int
    sql: str
    schema: str
    name: str
    owner: str
    mine: bool
    definer: bool
    volatile: bool
    is_trigger: bool


@dataclass(frozen=True, slots=True)
class Type:
    """An enum, a domain or a composite type."""

    oid: int
    sql: str
    owner: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Granted:
    """A privilege that a role has, or everybody (PUBLIC), on an object or on a column of it."""

    family: str
    oid: int
    column: str
    grantee: str
    privilege: str


@dataclass(frozen=True, slots=True)
class Default:
    """A privilege that objects get as they are made: by whom, in which schema ('' for any), of which kind."""

    creator: str
    schema: str
    kind: str
    grantee: str
    privilege: str


class Reader:
    """Reads the catalog of one connection."""

    def __init__(self, connection: BaseDatabaseWrapper) -> None:
        self._connection = connection

    @property
    def version(self) -> int:
        connection: Any = self._connection
        return int(connection.pg_version)

    def rows(self, query: str, *parameters: Any) -> list[Any]:
        with self._connection.cursor() as cursor:
            cursor.execute(query, list(parameters))
            found: list[Any] = cursor.fetchall()
        return found

    def me(self) -> Me:
        return Me(*self.rows(queries.ME)[0])

    def roles(self, names: Sequence[str]) -> dict[str, Role]:
        return {row[0]: Role(*row) for row in self.rows(queries.ROLES, list(names))}

    def memberships(self, groups: Sequence[str], members: Sequence[str]) -> dict[tuple[str, str], bool]:
        """Return whether the members inherit, by (member, group); each grantor makes a row of its own."""
        query = queries.MEMBERSHIPS.format(inherits="inherit_option", counts="(inherit_option OR set_option)")
        if self.version < VERSION_16:
            inherits = "(SELECT rolinherit FROM pg_roles WHERE pg_roles.oid = member)"
            query = queries.MEMBERSHIPS.format(inherits=inherits, counts="true")
        found: dict[tuple[str, str], bool] = {}
        for member, group, inherits_it in self.rows(query, list(groups), list(members)):
            found[member, group] = inherits_it or found.get((member, group), False)
        return found

    def acts_for(self, names: Sequence[str]) -> frozenset[str]:
        """Return the roles whose rights the role that asks has, without SET ROLE."""
        query = "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%s) AND pg_has_role(oid, 'USAGE')"
        return frozenset(name for (name,) in self.rows(query, list(names)))

    def schemas(self, names: Sequence[str]) -> tuple[Schema, ...]:
        return tuple(Schema(*row) for row in self.rows(queries.SCHEMAS, list(names)))

    def relations(self, schemas: Sequence[str], lookup: str) -> tuple[Relation, ...]:
        rows = self.rows(queries.RELATIONS, lookup, list(schemas))
        return tuple(Relation(*row) for row in rows)

    def routines(self, schemas: Sequence[str]) -> tuple[Routine, ...]:
        return tuple(Routine(*row) for row in self.rows(queries.ROUTINES, list(schemas)))

    def types(self, schemas: Sequence[str]) -> tuple[Type, ...]:
        return tuple(Type(*row) for row in self.rows(queries.TYPES, list(schemas)))

    def grants(self, oids: Sequence[int]) -> frozenset[Granted]:
        return frozenset(Granted(*row) for row in self.rows(queries.GRANTS, list(oids)))

    def defaults(self, creators: Sequence[str]) -> frozenset[Default]:
        return frozenset(
            Default(creator, *row)
            for creator in creators
            for row in self.rows(queries.DEFAULTS, creator, creator)
        )

    def oids(self, tables: Sequence[str], schemas: Sequence[str]) -> dict[str, list[int]]:
        """Return the tables that there are by each quoted name; without a schema, in all of these."""
        found: dict[str, list[int]] = {}
        for name, oid in self.rows(queries.OIDS, list(tables), list(schemas)):
            found.setdefault(name, []).append(oid)
        return found
