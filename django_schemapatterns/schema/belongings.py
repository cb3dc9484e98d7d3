"""What a view or a function has beside its definition, and would lose by being dropped and made again."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from django.db.backends.base.base import BaseDatabaseWrapper

# A new object has what default privileges grant, so that goes before what was granted comes back.
_OF_VIEW = """
WITH view AS (
    SELECT pg_class.oid, pg_class.oid::regclass::text AS name, relowner AS owner, relacl AS acl, relnamespace,
           CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS kind
    FROM pg_class WHERE pg_class.oid = to_regclass(%s)
), belongings AS (
    SELECT 1 AS place, NULL::name AS part, pg_get_indexdef(indexrelid) AS statement
    FROM view JOIN pg_index ON indrelid = view.oid
    UNION ALL
    SELECT 2, attname, format('ALTER VIEW %%s ALTER COLUMN %%I SET DEFAULT %%s',
                              name, attname, pg_get_expr(adbin, adrelid))
    FROM view JOIN pg_attrdef ON adrelid = view.oid JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
    UNION ALL
    SELECT 3, NULL, pg_get_ruledef(pg_rewrite.oid)
    FROM view JOIN pg_rewrite ON ev_class = view.oid AND rulename <> '_RETURN'
    UNION ALL
    SELECT 4, NULL, pg_get_triggerdef(pg_trigger.oid)
    FROM view JOIN pg_trigger ON tgrelid = view.oid AND NOT tgisinternal
    UNION ALL
    SELECT 5, NULL, format('COMMENT ON %%s %%s IS %%L', kind, name, obj_description(oid, 'pg_class'))
    FROM view WHERE obj_description(oid, 'pg_class') IS NOT NULL
    UNION ALL
    SELECT 5, attname, format('COMMENT ON COLUMN %%s.%%I IS %%L', name, attname, description)
    FROM view JOIN pg_description ON objoid = view.oid AND classoid = 'pg_class'::regclass
    JOIN pg_attribute ON attrelid = view.oid AND attnum = objsubid AND attnum > 0
    UNION ALL
    SELECT 6, NULL, format('ALTER %%s %%s OWNER TO %%I', kind, name, pg_get_userbyid(owner)) FROM view
    UNION ALL
    SELECT DISTINCT 7, NULL::name, format('REVOKE ALL ON %%s FROM %%s', name,
               CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
    FROM view JOIN pg_default_acl ON defaclobjtype = 'r' AND defaclnamespace IN (0, relnamespace)
    CROSS JOIN aclexplode(defaclacl) WHERE grantee <> owner
    UNION ALL
    SELECT 8, NULL, format('GRANT %%s ON %%s TO %%s%%s', privilege_type, name,
                           CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                           CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM view CROSS JOIN aclexplode(acl) WHERE grantee <> owner
    UNION ALL
    SELECT 8, attname, format('GRANT %%s (%%I) ON %%s TO %%s%%s', privilege_type, attname, name,
                           CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                           CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM view JOIN pg_attribute ON attrelid = view.oid CROSS JOIN aclexplode(attacl) WHERE grantee <> owner
)
SELECT part::text, statement FROM belongings ORDER BY place, statement
"""
_OF_ROUTINE = """
WITH routine AS (
    SELECT pg_proc.oid, quote_ident(nspname) || '.' || quote_ident(proname) AS name, proowner AS owner,
           proacl AS acl
    FROM pg_proc JOIN pg_namespace ON pg_namespace.oid = pronamespace WHERE pg_proc.oid = to_regproc(%s)
), belongings AS (
    SELECT 1 AS place,
           format('COMMENT ON ROUTINE %%s IS %%L', name, obj_description(oid, 'pg_proc')) AS statement
    FROM routine WHERE obj_description(oid, 'pg_proc') IS NOT NULL
    UNION ALL
    SELECT 2, format('ALTER ROUTINE %%s OWNER TO %%I', name, pg_get_userbyid(owner)) FROM routine
    UNION ALL
    SELECT DISTINCT 3, format('REVOKE ALL ON ROUTINE %%s FROM %%s', name, CASE grantee WHEN 0 THEN 'PUBLIC'
                              ELSE quote_ident(pg_get_userbyid(grantee)) END)
    FROM routine CROSS JOIN (
        SELECT 0 UNION ALL SELECT grantee FROM pg_default_acl CROSS JOIN aclexplode(defaclacl)
        WHERE defaclobjtype = 'f'
    ) AS granted (grantee) WHERE grantee <> owner
    UNION ALL
    SELECT 4, format('GRANT EXECUTE ON ROUTINE %%s TO %%s%%s', name,
                     CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
                     CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM routine CROSS JOIN aclexplode(coalesce(acl, acldefault('f', owner))) WHERE grantee <> owner
)
SELECT NULL::text, statement FROM belongings ORDER BY place, statement
"""


class Belonging(NamedTuple):
    """
    A statement that gives one of them back.

    column: the column of the view that it is about, None when it is about the whole.
    """

    column: str | None
    statement: str


def belongings_of(connection: BaseDatabaseWrapper, view: str) -> list[Belonging]:
    """Return what a view, by its quoted name, has: indexes, rules, triggers, comments, owner and grants."""
    return _read(connection, _OF_VIEW, view)


def belongings_of_routine(connection: BaseDatabaseWrapper, name: str) -> list[Belonging]:
    """Return what a function, by its quoted name, has: a comment, an owner and grants."""
    return _read(connection, _OF_ROUTINE, name)


def _read(connection: BaseDatabaseWrapper, query: str, name: str) -> list[Belonging]:
    with connection.cursor() as cursor:
        cursor.execute(query, [name])
        return [Belonging(*row) for row in cursor.fetchall()]
