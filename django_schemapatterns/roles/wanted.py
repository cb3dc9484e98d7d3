"""What each role should be granted: the rules, one function for each kind of object."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from typing import Final

from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.roles.facts import Default, Granted, Me, Relation, Routine, Schema
from django_schemapatterns.schema import sql
from django_schemapatterns.schema.functions import declared, split_name
from django_schemapatterns.schema.names import SCHEMA

WRITING: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
AUDIT_LOG: Final = {"audit_log", "audit_trail"}
_WITHHELD = re.compile(rf"REVOKE ALL ON (?:FUNCTION|TABLE) {SCHEMA}\.(\w+)")


def on_database(roles: RoleSet, me: Me) -> Iterator[Granted]:
    """Everybody of ours may connect; making schemas and temporary tables is the owner's."""
    for kind, name in roles.groups.items():
        if kind != "lookup":
            yield Granted("database", me.database_oid, "", name, "CONNECT")
    for privilege in ("CREATE", "TEMPORARY"):
        yield Granted("database", me.database_oid, "", roles.owner, privilege)


def on_schema(roles: RoleSet, schema: Schema) -> Iterator[Granted]:
    for name in roles.groups.values():
        yield Granted("schema", schema.oid, "", name, "USAGE")
    yield Granted("schema", schema.oid, "", roles.owner, "CREATE")


def on_relation(roles: RoleSet, relation: Relation, hidden: frozenset[str]) -> Iterator[Granted]:
    """Partitions are read and written through their table alone, as it is the table that has the policies."""
    if _is_audit_log(relation):
        readers = [] if relation.is_partition else [roles.groups[kind] for kind in roles.audit_log]
        yield from _each(relation, readers, ["SELECT"])
    elif relation.kind == "S":
        yield from _each(relation, [roles.readwrite, roles.admin], ["USAGE", "SELECT"])
    elif relation.kind in {"v", "m"}:
        public = [] if relation.leaks else [roles.readwrite, roles.readonly]
        yield from _each(relation, [roles.admin, *public], ["SELECT"])
    elif not relation.is_partition and not _is_withheld(relation):
        yield from _on_table(roles, relation, hidden)


def _is_withheld(relation: Relation) -> bool:
    return relation.sql.startswith(f"{SCHEMA}.") and relation.name in withheld()


def _is_audit_log(relation: Relation) -> bool:
    is_log = relation.name in AUDIT_LOG or relation.name.startswith("audit_log_")
    return is_log and relation.sql.startswith(f"{SCHEMA}.")


def _on_table(roles: RoleSet, relation: Relation, hidden: frozenset[str]) -> Iterator[Granted]:
    yield from _each(relation, [roles.readwrite, roles.admin], WRITING)
    if relation.is_looked_up:
        yield from _each(relation, [roles.lookup], ["SELECT"])
    for column in relation.columns if hidden else [""]:
        if column not in hidden:
            yield Granted("relation", relation.oid, column, roles.readonly, "SELECT")


def _each(relation: Relation, names: Iterable[str], privileges: Iterable[str]) -> Iterator[Granted]:
    for name in names:
        for privilege in privileges:
            yield Granted("relation", relation.oid, "", name, privilege)


def on_routine(roles: RoleSet, routine: Routine) -> Iterator[Granted]:
    """Nobody calls a trigger's function; what writes with its owner's rights is not for readers."""
    if routine.is_trigger or (routine.schema == SCHEMA and routine.name in withheld()):
        return
    callers = [roles.readwrite, roles.admin]
    if not (routine.definer and routine.volatile):
        callers += [roles.readonly, roles.lookup]
    for name in callers:
        yield Granted("routine", routine.oid, "", name, "EXECUTE")


@cache
def withheld() -> frozenset[str]:
    """Return what files of ours keep from everybody but its owner."""
    texts = [sql.load(pattern, *split_name(file)) for pattern, file in declared()]
    return frozenset(name for text in texts for name in _WITHHELD.findall(text))


def by_default(roles: RoleSet, creator: str, schemas: Iterable[str]) -> Iterator[Default]:
    """What new objects get as they are made: nothing, or what tables, sequences and functions would get."""
    if roles.new_tables == "closed":
        return
    for schema in schemas:
        if schema == SCHEMA:
            continue
        for name in (roles.readwrite, roles.admin):
            for privilege in WRITING:
                yield Default(creator, schema, "r", name, privilege)
            for privilege in ("USAGE", "SELECT"):
                yield Default(creator, schema, "S", name, privilege)
            yield Default(creator, schema, "f", name, "EXECUTE")
        yield Default(creator, schema, "r", roles.readonly, "SELECT")
