"""Checks of what is granted, and of what reads protected rows for others: `check --database`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from django.core import checks
from django.core.checks import CheckMessage

from django_schemapatterns import conf
from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.roles.connection_checks import is_concerned
from django_schemapatterns.roles.queries import AS_INVOKER, HEIRS, PASSES, REACHES
from django_schemapatterns.schema.checks import migrated
from django_schemapatterns.schema.names import SCHEMA
from django_schemapatterns.schema.sql import render

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper


@dataclass(frozen=True, slots=True)
class Rule:
    """A question to the catalog, whose rows are (object, who or what about it), and what to say of them."""

    number: str
    query: str
    said: str
    hint: str


_EXTENSION: Final = (
    "SELECT FROM pg_depend WHERE objid = {0}.oid AND classid = '{0}'::regclass AND deptype = 'e'"
)
_PARTS: Final = {
    "reaches": REACHES,
    "as_invoker": AS_INVOKER,
    "heirs": HEIRS,
    "passes": PASSES.format("read.oid", "grantee"),
    "in_schemas": "(SELECT oid AS home, nspname FROM pg_namespace WHERE nspname = ANY (%(schemas)s)) AS n",
    "grantee": "CASE grantee WHEN 0 THEN 'PUBLIC' ELSE pg_get_userbyid(grantee)::text END",
    "class_of_extension": _EXTENSION.format("pg_class"),
    "routine_of_extension": _EXTENSION.format("pg_proc"),
}

_LEAKS: Final = """
{{reaches}}
SELECT view::regclass::text, string_agg(DISTINCT relation::regclass::text, ', ')
FROM reaches JOIN pg_class AS read ON read.oid = relation JOIN pg_class AS seen ON seen.oid = view
WHERE read.relrowsecurity AND seen.relkind = '{{kind}}' AND NOT (
    SELECT {{as_invoker}} FROM (SELECT seen.reloptions) AS options
) AND EXISTS (
    SELECT FROM aclexplode(seen.relacl) WHERE privilege_type = 'SELECT' AND grantee <> seen.relowner
    AND NOT ({{passes}})
)
GROUP BY view ORDER BY 1
"""

RULES: Final = (
    Rule(
        "schemapatterns.W450",
        """
        SELECT format('%%I.%%I', nspname, relname), string_agg(privilege_type, ', ' ORDER BY privilege_type)
        FROM pg_class JOIN {{in_schemas}} ON home = relnamespace CROSS JOIN aclexplode(relacl)
        WHERE grantee = 0 AND NOT EXISTS ({{class_of_extension}}) GROUP BY 1 ORDER BY 1
        """,
        "Everybody (PUBLIC) may {1} on {0}.",
        "Grant to roles by name: REVOKE ALL ON {0} FROM PUBLIC.",
    ),
    Rule(
        "schemapatterns.W451",
        """
        SELECT pg_class.oid::regclass::text,
               string_agg(DISTINCT format('%%s to %%s', privilege_type, {{grantee}}), ', ')
        FROM pg_class CROSS JOIN aclexplode(relacl)
        WHERE relrowsecurity AND relkind IN ('r', 'p') AND grantee <> relowner
          AND privilege_type IN ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
        GROUP BY 1 ORDER BY 1
        """,
        "{1} is granted on {0}, and policies do not hold for that.",
        "Revoke it: TRUNCATE takes hidden rows along, and REFERENCES tells whether a hidden row exists.",
    ),
    Rule(
        "schemapatterns.W452",
        """
        {{heirs}}
        SELECT part.oid::regclass::text, string_agg(DISTINCT {{grantee}}, ', ')
        FROM heirs JOIN pg_class AS part ON part.oid = heir JOIN pg_class AS above ON above.oid = relation
        CROSS JOIN aclexplode(part.relacl)
        WHERE above.relrowsecurity AND grantee <> part.relowner
          AND (part.relispartition OR NOT part.relrowsecurity)
        GROUP BY 1 ORDER BY 1
        """,
        "{0}, a part of a protected table, is granted itself to {1}: the policies of its table do not hold.",
        "Whoever goes through the table needs no grant on its parts: REVOKE ALL ON {0} FROM {1}.",
    ),
    Rule(
        "schemapatterns.W453",
        """
        SELECT quote_ident(nspname), {{grantee}} FROM pg_namespace CROSS JOIN aclexplode(nspacl)
        WHERE nspname = ANY (%(schemas)s) AND privilege_type = 'CREATE' AND grantee <> nspowner
          AND (grantee = 0 OR pg_get_userbyid(grantee) = ANY (%(programs)s)) ORDER BY 1, 2
        """,
        "{1} may create objects in the schema {0}, where the functions of others look names up.",
        "REVOKE CREATE ON SCHEMA {0} FROM {1}",
    ),
    Rule(
        "schemapatterns.W454",
        """
        SELECT pg_proc.oid::regprocedure::text, pg_get_userbyid(proowner)::text
        FROM pg_proc JOIN {{in_schemas}} ON home = pronamespace
        WHERE prosecdef AND NOT EXISTS ({{routine_of_extension}}) AND NOT EXISTS (
            SELECT FROM unnest(proconfig) AS entry
            WHERE entry ~ '^search_path=(""|''''|.*\\mpg_temp"?)$'
        ) ORDER BY 1
        """,
        "{0} runs with the rights of {1}, and whoever calls it decides what its names mean.",
        "Write its names with schemas, and ALTER FUNCTION {0} SET search_path = pg_catalog, pg_temp.",
    ),
    Rule(
        "schemapatterns.W455",
        _LEAKS.replace("{{kind}}", "v"),
        "The view {0} shows the rows of {1} that its owner sees, to whoever may read it.",
        "ALTER VIEW {0} SET (security_invoker = true); then the policies of whoever asks hold.",
    ),
    Rule(
        "schemapatterns.W456",
        _LEAKS.replace("{{kind}}", "m"),
        "The materialized view {0} is a copy of rows of {1}, and policies can not hold for it.",
        "Let only roles that pass the policies read it, and show others a view of it with a condition.",
    ),
    Rule(
        "schemapatterns.W457",
        """
        {{heirs}}
        SELECT format('%%I.%%I', schemaname, tablename),
               string_agg(quote_ident(pubname), ', ' ORDER BY pubname)
        FROM pg_publication_tables JOIN pg_namespace ON nspname = schemaname
        JOIN pg_class ON relnamespace = pg_namespace.oid AND relname = tablename
        WHERE rowfilter IS NULL AND (relrowsecurity OR EXISTS (
            SELECT FROM heirs JOIN pg_class AS above ON above.oid = relation
            WHERE heir = pg_class.oid AND above.relrowsecurity
        )) GROUP BY 1 ORDER BY 1
        """,
        "{0} is published by {1}: whoever subscribes gets every row, as replication asks no policies.",
        "ALTER PUBLICATION {1} … with a WHERE, or without {0}, unless subscribers may see all of it.",
    ),
    Rule(
        "schemapatterns.W458",
        """
        SELECT pg_proc.oid::regprocedure::text, pg_get_userbyid(proowner)::text FROM pg_proc
        WHERE proleakproof AND pronamespace <> 'pg_catalog'::regnamespace
          AND NOT EXISTS ({{routine_of_extension}}) ORDER BY 1
        """,
        "{0} is LEAKPROOF: a query may ask it about rows before the policies hide them.",
        "ALTER FUNCTION {0} NOT LEAKPROOF, unless neither an error nor a message of it tells its arguments.",
    ),
)


def check_grants(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find grants, views and functions by which rows get around the policies."""
    return [
        message
        for connection in migrated(databases)
        if is_concerned(connection)
        for message in holes(connection)
    ]


def holes(connection: BaseDatabaseWrapper) -> Iterator[CheckMessage]:
    """Ask the catalog what each rule is about."""
    roles = conf.get().roles or RoleSet()
    programs = {roles.readwrite, roles.readonly, *roles.logins} - {*roles.members("owner")}
    parameters = {"schemas": sorted({*roles.schemas, SCHEMA}), "programs": sorted(programs)}
    with connection.cursor() as cursor:
        for rule in RULES:
            cursor.execute(render(rule.query, **_PARTS), parameters)
            for row in cursor.fetchall():
                hint = rule.hint.format(*row)
                yield checks.Warning(rule.said.format(*row), hint=hint, id=rule.number)
