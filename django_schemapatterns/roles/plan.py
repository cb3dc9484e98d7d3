"""
The difference between what the settings say and what the catalog says, as statements.

A second plan after the first was applied is empty; what is in nobody's declaration is left alone, but
for what everybody (PUBLIC) may do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.roles import wanted
from django_schemapatterns.roles.facts import PUBLIC, VERSION_16, Default, Granted, Me, Reader, Role
from django_schemapatterns.roles.hidden import hidden_columns
from django_schemapatterns.schema.names import SCHEMA, quote

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

ATTRIBUTES: Final = {
    "login": "LOGIN",
    "inherit": "INHERIT",
    "superuser": "SUPERUSER",
    "bypassrls": "BYPASSRLS",
    "createrole": "CREATEROLE",
    "createdb": "CREATEDB",
    "replication": "REPLICATION",
}
KINDS_OF_DEFAULTS: Final = {"r": "TABLES", "S": "SEQUENCES", "f": "FUNCTIONS", "T": "TYPES", "n": "SCHEMAS"}


@dataclass(frozen=True, slots=True)
class Step:
    """
    A statement, and why it is needed.

    allowed: whether the role that asks may run it; else it is one for a database administrator.
    """

    sql: str
    why: str
    allowed: bool

    def as_json(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Object:
    """What is granted on: its word and name in GRANT, its owner, and whether we act for that owner."""

    word: str
    sql: str
    owner: str
    mine: bool


@dataclass(frozen=True, slots=True)
class Change:
    """What is granted or revoked, but for the names of the objects."""

    word: str
    privileges: str
    grantee: str
    allowed: bool


def grants_on(connection: BaseDatabaseWrapper, roles: RoleSet, tables: Iterable[str]) -> list[Step]:
    """Return what is to be granted and revoked on some tables, by their quoted names, and nothing else."""
    plan = Plan(connection, roles)
    oids = {oid for found in plan.read.oids(list(tables), plan.schemas).values() for oid in found}
    for _ in plan.relations():
        pass  # who owns them is no matter of a migration
    plan.objects = {key: each for key, each in plan.objects.items() if key[1] in oids}
    return list(plan.grants())


def make_plan(connection: BaseDatabaseWrapper, roles: RoleSet) -> list[Step]:
    """Compare the catalog with the declaration, and return what is to be done, in order."""
    return list(Plan(connection, roles).steps())


class Plan:
    """Reads the catalog and compares, from the roles down to what new tables get."""

    def __init__(self, connection: BaseDatabaseWrapper, roles: RoleSet) -> None:
        self.declared = roles
        self.read = Reader(connection)
        self.me: Me = self.read.me()
        self.names = [*roles.groups.values(), *roles.logins]
        self.schemas = sorted({*roles.schemas, SCHEMA})
        self.objects: dict[tuple[str, int], Object] = {}
        self.right: set[Granted] = set()
        self.acts_for = self.read.acts_for(self._creators)

    def steps(self) -> Iterator[Step]:
        yield from self._roles()
        yield from self._memberships()
        yield from self._objects()
        yield from self._defaults()

    def _roles(self) -> Iterator[Step]:
        present = self.read.roles(self.names)
        for name in self.names:
            is_login = name in self.declared.logins
            if name not in present:
                attributes = "LOGIN" if is_login else "NOLOGIN"
                yield self._for_roles(f"CREATE ROLE {quote(name)} {attributes}", f"there is no role {name}")
            elif wrong := self._wrong(present[name], is_login=is_login):
                yield self._for_roles(
                    f"ALTER ROLE {quote(name)} {' '.join(wrong)}",
                    f"{name} must be {' '.join(wrong)}: only so do grants and policies bind it",
                )

    def _wrong(self, role: Role, *, is_login: bool) -> list[str]:
        right = dict.fromkeys(ATTRIBUTES, False) | {"inherit": True, "login": is_login}
        if role.name != self.declared.owner and not is_login:
            del right["login"]  # small projects log in as app_readwrite itself
        return [
            word if right[name] else f"NO{word}"
            for name, word in ATTRIBUTES.items()
            if name in right and getattr(role, name) != right[name]
        ]

    def _for_roles(self, sql: str, why: str) -> Step:
        return Step(sql, why, allowed=self.me.is_superuser or self.me.makes_roles)

    def _memberships(self) -> Iterator[Step]:
        groups = self.declared.groups
        present = self.read.memberships(list(groups.values()), self.names)
        right = {(login, groups[kind]) for login, kinds in self.declared.logins.items() for kind in kinds}
        for member, group in sorted(present.keys() - right):
            sql = f"REVOKE {quote(group)} FROM {quote(member)}"
            yield self._for_roles(sql, f"{member} is not declared as a member of {group}")
        for member, group in sorted(right):
            if not present.get((member, group)):
                sql = f"GRANT {quote(group)} TO {quote(member)}{self._options}"
                yield self._for_roles(sql, f"{member} has the rights of {group}")

        yield from self._become_creators()

    def _become_creators(self) -> Iterator[Step]:
        """Who makes roles and is no superuser has to be a member of those for whom it acts further on."""
        if self.me.is_superuser or not self.me.makes_roles:
            return
        for name in self._creators:
            if name not in self.acts_for:
                sql = f"GRANT {quote(name)} TO {quote(self.me.name)}{self._options}"
                yield Step(sql, f"{self.me.name} is to act for {name}", allowed=True)
        self.acts_for |= {*self._creators}

    @property
    def _creators(self) -> list[str]:
        return [self.declared.owner, *self.declared.members("owner")]

    @property
    def _options(self) -> str:
        # Before version 16 that is an attribute of the member.
        return " WITH INHERIT TRUE, SET TRUE" if self.read.version >= VERSION_16 else ""

    def _objects(self) -> Iterator[Step]:
        """Hand everything to the owner first, as a grant is the owner's to give."""
        me = self.me
        database = Object("DATABASE", me.database, me.database_owner, me.owns_database)
        self.objects["database", me.database_oid] = database
        self.right.update(wanted.on_database(self.declared, self.me))
        yield from self.in_schemas()
        yield from self.relations()
        yield from self.routines()
        for each in self.read.types(self.schemas):
            yield from self._hand_over("TYPE", each.sql, each.owner, each.mine)
        yield from self.grants()

    def in_schemas(self) -> Iterator[Step]:
        for schema in self.read.schemas(self.schemas):
            if schema.sql == SCHEMA:
                yield from self._hand_over("SCHEMA", schema.sql, schema.owner, schema.mine)
            self.objects["schema", schema.oid] = Object("SCHEMA", schema.sql, schema.owner, schema.mine)
            self.right.update(wanted.on_schema(self.declared, schema))

    def relations(self) -> Iterator[Step]:
        columns = hidden_columns(self.declared)
        found = self.read.oids(list(columns), self.schemas)
        hidden = {oid: columns[table] for table, oids in found.items() for oid in oids}
        for each in self.read.relations(self.schemas, self.declared.lookup):
            if not each.belongs_to_column:
                yield from self._hand_over(_word(each.kind), each.sql, each.owner, each.mine)
            word = "SEQUENCE" if each.kind == "S" else "TABLE"
            self.objects["relation", each.oid] = Object(word, each.sql, each.owner, each.mine)
            self.right.update(wanted.on_relation(self.declared, each, hidden.get(each.oid, frozenset())))

    def routines(self) -> Iterator[Step]:
        for each in self.read.routines(self.schemas):
            yield from self._hand_over("ROUTINE", each.sql, each.owner, each.mine)
            self.objects["routine", each.oid] = Object("ROUTINE", each.sql, each.owner, each.mine)
            self.right.update(wanted.on_routine(self.declared, each))

    def _hand_over(self, word: str, sql: str, owner: str, mine: bool) -> Iterator[Step]:  # noqa: FBT001
        """A view of a login that passes the policies would show to everybody what that login sees."""
        if owner not in {self.declared.owner, self.declared.lookup}:
            statement = f"ALTER {word} {sql} OWNER TO {quote(self.declared.owner)}"
            yield Step(statement, f"{sql} belongs to {owner}", allowed=self.me.is_superuser or mine)

    def grants(self) -> Iterator[Step]:
        present = {each for each in self.read.grants([oid for _, oid in self.objects]) if self._is_ours(each)}
        right = {each for each in self.right if self._is_ours(each)}
        for verb, changed in (("REVOKE", present - right), ("GRANT", right - present)):
            for change, names in self._together(changed).items():
                on = ", ".join(names)
                yield Step(
                    f"{verb} {change.privileges} ON {change.word} {on} {_to(verb, change.grantee)}",
                    f"what {change.grantee or 'everybody'} may{' not' if verb == 'REVOKE' else ''} do",
                    allowed=change.allowed,
                )

    def _together(self, grants: Iterable[Granted]) -> dict[Change, list[str]]:
        """Collect what the same is granted on: tables without hidden columns share a statement."""
        found: dict[Change, list[str]] = defaultdict(list)
        for (family, oid, grantee), privileges in _by_object(grants):
            on = self.objects[family, oid]
            allowed = self.me.is_superuser or on.mine
            found[Change(on.word, privileges, grantee, allowed)].append(on.sql)
        return found

    def _is_ours(self, grant: Granted) -> bool:
        """Whether the grant is of our making: no owner's own, now or after the hand-over."""
        key = (grant.family, grant.oid)
        if key not in self.objects or grant.grantee == self.objects[key].owner:
            return False
        if grant.family in {"relation", "routine"} and grant.grantee == self.declared.owner:
            return False
        return grant.grantee in {PUBLIC, *self.names}

    def _defaults(self) -> Iterator[Step]:
        present = {
            each
            for each in self.read.defaults(self._creators)
            if each.grantee in {PUBLIC, *self.names} and each.grantee != each.creator and each.kind != "T"
        }
        schemas = [schema.sql for schema in self.read.schemas(self.schemas)]
        right = {each for name in self._creators for each in wanted.by_default(self.declared, name, schemas)}
        for verb, changed in (("REVOKE", present - right), ("GRANT", right - present)):
            for (creator, schema, kind, grantee), privileges in _defaults_together(changed):
                what = KINDS_OF_DEFAULTS[kind]
                yield Step(
                    f"ALTER DEFAULT PRIVILEGES FOR ROLE {quote(creator)}{schema and f' IN SCHEMA {schema}'} "
                    f"{verb} {privileges} ON {what} {_to(verb, grantee)}",
                    f"new {what.lower()} of {creator}, for {grantee or 'everybody'}",
                    allowed=self.me.is_superuser or creator in self.acts_for,
                )


def _to(verb: str, grantee: str) -> str:
    return f"{'TO' if verb == 'GRANT' else 'FROM'} {quote(grantee) if grantee else 'PUBLIC'}"


def _word(kind: str) -> str:
    return {"v": "VIEW", "m": "MATERIALIZED VIEW", "S": "SEQUENCE", "f": "FOREIGN TABLE"}.get(kind, "TABLE")


def _by_object(grants: Iterable[Granted]) -> Iterator[tuple[tuple[str, int, str], str]]:
    """Return each object and grantee with their privileges as GRANT lists them, columns in parentheses."""
    found: dict[tuple[str, int, str], dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for each in sorted(grants, key=lambda g: (g.family, g.oid, g.grantee, g.privilege, g.column)):
        columns = found[each.family, each.oid, each.grantee][each.privilege]
        if each.column:
            columns.append(quote(each.column))
    for key, privileges in found.items():
        parts = [
            f"{name} ({', '.join(columns)})" if columns else name for name, columns in privileges.items()
        ]
        yield key, ", ".join(parts)


def _defaults_together(defaults: Iterable[Default]) -> Iterator[tuple[tuple[str, str, str, str], str]]:
    found: dict[tuple[str, str, str, str], list[str]] = defaultdict(list)
    for each in sorted(defaults, key=lambda d: (d.creator, d.schema, d.kind, d.grantee, d.privilege)):
        found[each.creator, each.schema, each.kind, each.grantee].append(each.privilege)
    for key, privileges in found.items():
        yield key, ", ".join(privileges)
