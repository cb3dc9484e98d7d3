"""What the catalog says about roles, what they are members of, and what is granted to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django_schemapatterns.schema.sql import render

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

PUBLIC: Final = ""  # the name that no role can have
VERSION_16: Final = 160_000

_ME = """
SELECT current_user::text, rolsuper, rolcreaterole, pg_has_role(datdba, 'USAGE'), format('%%I', datname),
       pg_get_userbyid(datdba)::text, pg_database.oid
FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()
"""

_ROLES = """
SELECT rolname::text, rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
       rolreplication
FROM pg_roles WHERE rolname = ANY (%s)
"""

_MEMBERSHIPS = """
SELECT pg_get_userbyid(member)::text, pg_get_userbyid(roleid)::text, {inherits}
FROM pg_auth_members
WHERE pg_get_userbyid(roleid) = ANY (%s) AND pg_get_userbyid(member) = ANY (%s) AND {counts}
"""

_SCHEMAS = """
SELECT oid, quote_ident(nspname), pg_get_userbyid(nspowner)::text, pg_has_role(nspowner, 'USAGE')
FROM pg_namespace WHERE nspname = ANY (%s) ORDER BY nspname
"""

# Which view reads which relation, at any depth.
REACHES: Final = """
WITH RECURSIVE reads AS (
    SELECT DISTINCT ev_class AS view, refobjid AS relation
    FROM pg_depend JOIN pg_rewrite ON pg_rewrite.oid = objid
    WHERE classid = 'pg_rewrite'::regclass AND refclassid = 'pg_class'::regclass AND refobjid <> ev_class
), reaches AS (
    SELECT view, relation FROM reads
    UNION SELECT reaches.view, reads.relation FROM reaches JOIN reads ON reads.view = reaches.relation
)
"""

AS_INVOKER: Final = """
coalesce((
    SELECT option_value::boolean FROM pg_options_to_table(reloptions) WHERE option_name = 'security_invoker'
), false)
"""

# Of which relation which one is a partition or another heir, at any depth.
HEIRS: Final = """
WITH RECURSIVE heirs (heir, relation) AS (
    SELECT inhrelid, inhparent FROM pg_inherits
    UNION SELECT heir, inhparent FROM heirs JOIN pg_inherits ON inhrelid = relation
)
"""

# Whether a policy of a table shows all rows to a role, and no wall of the table stands before it.
PASSES: Final = """
EXISTS (
    SELECT FROM pg_policy WHERE polrelid = {0} AND {1} = ANY (polroles) AND polpermissive
    AND polcmd IN ('r', '*') AND pg_get_expr(polqual, polrelid) = 'true'
) AND NOT EXISTS (
    SELECT FROM pg_policy WHERE polrelid = {0} AND polroles && ARRAY[0::oid, {1}] AND NOT polpermissive
    AND polcmd IN ('r', '*')
)
"""

_RELATIONS = render(
    """
{{reaches}}
SELECT oid, format('%%I.%%I', nspname, relname), relname::text, relkind::text, relispartition,
       pg_get_userbyid(relowner)::text, pg_has_role(relowner, 'USAGE'),
       relkind = 'S' AND EXISTS (
           SELECT FROM pg_depend WHERE objid = pg_class.oid AND classid = 'pg_class'::regclass
           AND refclassid = 'pg_class'::regclass AND deptype IN ('a', 'i')
       ),
       relrowsecurity,
       relkind IN ('v', 'm') AND EXISTS (
           SELECT FROM reaches JOIN pg_class AS read ON read.oid = relation
           WHERE view = pg_class.oid AND read.relrowsecurity
       ) AND NOT {{as_invoker}},
       EXISTS (
           SELECT FROM pg_policy, pg_roles
           WHERE polrelid = pg_class.oid AND rolname = %s AND pg_roles.oid = ANY (polroles)
       ),
       ARRAY(
           SELECT attname::text FROM pg_attribute
           WHERE attrelid = pg_class.oid AND attnum > 0 AND NOT attisdropped ORDER BY attnum
       )
FROM pg_class JOIN (SELECT oid AS schema, nspname FROM pg_namespace WHERE nspname = ANY (%s)) AS home
     ON schema = relnamespace
WHERE relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT EXISTS (
    SELECT FROM pg_depend WHERE objid = pg_class.oid AND classid = 'pg_class'::regclass AND deptype = 'e'
)
ORDER BY 2
""",
    reaches=REACHES,
    as_invoker=AS_INVOKER,
)

# By name, not to_regclass(): that refuses to look into a schema whose use one is not granted yet.
_OIDS = """
SELECT wanted.name, pg_class.oid
FROM unnest(%s::text[]) AS wanted (name)
CROSS JOIN LATERAL parse_ident(wanted.name) AS part
JOIN pg_class ON relname = part[array_upper(part, 1)]
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE CASE array_length(part, 1) WHEN 1 THEN nspname = ANY (%s) ELSE nspname = part[1] END
"""

_ROUTINES = """
SELECT oid, format('%%I.%%I(%%s)', nspname, proname, pg_get_function_identity_arguments(oid)),
       nspname::text, proname::text, pg_get_userbyid(proowner)::text, pg_has_role(proowner, 'USAGE'),
       prosecdef, provolatile = 'v', prorettype IN ('trigger'::regtype, 'event_trigger'::regtype)
FROM pg_proc JOIN (SELECT oid AS schema, nspname FROM pg_namespace WHERE nspname = ANY (%s)) AS home
     ON schema = pronamespace
WHERE NOT EXISTS (
    SELECT FROM pg_depend WHERE objid = pg_proc.oid AND classid = 'pg_proc'::regclass AND deptype = 'e'
)
ORDER BY 2
"""

_TYPES = """
SELECT oid, format('%%I.%%I', nspname, typname), pg_get_userbyid(typowner)::text,
       pg_has_role(typowner, 'USAGE')
FROM pg_type JOIN (SELECT oid AS schema, nspname FROM pg_namespace WHERE nspname = ANY (%s)) AS home
     ON schema = typnamespace
WHERE (typtype IN ('e', 'd') OR (typtype = 'c' AND EXISTS (
    SELECT FROM pg_class WHERE pg_class.oid = typrelid AND relkind = 'c'
))) AND NOT EXISTS (
    SELECT FROM pg_depend WHERE objid = pg_type.oid AND classid = 'pg_type'::regclass AND deptype = 'e'
)
ORDER BY 2
"""

_GRANTS = """
SELECT family, oid, attname,
       CASE grantee WHEN 0 THEN '' ELSE pg_get_userbyid(grantee)::text END, privilege_type::text
FROM (
    SELECT 'database' AS family, oid, '' AS attname, coalesce(datacl, acldefault('d', datdba)) AS acl
        FROM pg_database
    UNION ALL SELECT 'schema', oid, '', coalesce(nspacl, acldefault('n', nspowner)) FROM pg_namespace
    UNION ALL SELECT 'relation', oid, '', coalesce(
        relacl, acldefault(CASE relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", relowner)
    ) FROM pg_class
    UNION ALL SELECT 'relation', attrelid, attname::text, attacl FROM pg_attribute
        WHERE attacl IS NOT NULL AND attnum > 0 AND NOT attisdropped
    UNION ALL SELECT 'routine', oid, '', coalesce(proacl, acldefault('f', proowner)) FROM pg_proc
) AS object CROSS JOIN aclexplode(acl)
WHERE oid = ANY (%s::oid[])
"""

_DEFAULTS = """
SELECT coalesce(quote_ident(nspname), ''), defaclobjtype::text,
       CASE grantee WHEN 0 THEN '' ELSE pg_get_userbyid(grantee)::text END, privilege_type::text
FROM (
    SELECT defaclnamespace, defaclobjtype, defaclacl FROM pg_default_acl
        WHERE pg_get_userbyid(defaclrole) = %s
    UNION ALL SELECT 0, 'f', acldefault('f', 10) WHERE NOT EXISTS (
        SELECT FROM pg_default_acl
        WHERE pg_get_userbyid(defaclrole) = %s AND defaclnamespace = 0 AND defaclobjtype = 'f'
    )
) AS entry (namespace, kind, acl)
CROSS JOIN LATERAL (SELECT namespace AS defaclnamespace, kind AS defaclobjtype) AS named
LEFT JOIN pg_namespace ON pg_namespace.oid = namespace
CROSS JOIN aclexplode(acl)
"""


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
        return Me(*self.rows(_ME)[0])

    def roles(self, names: Sequence[str]) -> dict[str, Role]:
        return {row[0]: Role(*row) for row in self.rows(_ROLES, list(names))}

    def memberships(self, groups: Sequence[str], members: Sequence[str]) -> dict[tuple[str, str], bool]:
        """Return whether the members inherit, by (member, group); each grantor makes a row of its own."""
        query = _MEMBERSHIPS.format(inherits="inherit_option", counts="(inherit_option OR set_option)")
        if self.version < VERSION_16:
            inherits = "(SELECT rolinherit FROM pg_roles WHERE pg_roles.oid = member)"
            query = _MEMBERSHIPS.format(inherits=inherits, counts="true")
        found: dict[tuple[str, str], bool] = {}
        for member, group, inherits_it in self.rows(query, list(groups), list(members)):
            found[member, group] = inherits_it or found.get((member, group), False)
        return found

    def acts_for(self, names: Sequence[str]) -> frozenset[str]:
        """Return the roles whose rights the role that asks has, without SET ROLE."""
        query = "SELECT rolname::text FROM pg_roles WHERE rolname = ANY (%s) AND pg_has_role(oid, 'USAGE')"
        return frozenset(name for (name,) in self.rows(query, list(names)))

    def schemas(self, names: Sequence[str]) -> tuple[Schema, ...]:
        return tuple(Schema(*row) for row in self.rows(_SCHEMAS, list(names)))

    def relations(self, schemas: Sequence[str], lookup: str) -> tuple[Relation, ...]:
        rows = self.rows(_RELATIONS, lookup, list(schemas))
        return tuple(Relation(*row) for row in rows)

    def routines(self, schemas: Sequence[str]) -> tuple[Routine, ...]:
        return tuple(Routine(*row) for row in self.rows(_ROUTINES, list(schemas)))

    def types(self, schemas: Sequence[str]) -> tuple[Type, ...]:
        return tuple(Type(*row) for row in self.rows(_TYPES, list(schemas)))

    def grants(self, oids: Sequence[int]) -> frozenset[Granted]:
        return frozenset(Granted(*row) for row in self.rows(_GRANTS, list(oids)))

    def defaults(self, creators: Sequence[str]) -> frozenset[Default]:
        return frozenset(
            Default(creator, *row) for creator in creators for row in self.rows(_DEFAULTS, creator, creator)
        )

    def oids(self, tables: Sequence[str], schemas: Sequence[str]) -> dict[str, list[int]]:
        """Return the tables that there are by each quoted name; without a schema, in all of these."""
        found: dict[str, list[int]] = {}
        for name, oid in self.rows(_OIDS, list(tables), list(schemas)):
            found.setdefault(name, []).append(oid)
        return found
