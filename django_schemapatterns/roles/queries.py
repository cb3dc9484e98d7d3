"""The questions to the catalog about roles, grants and what reads protected rows."""

from __future__ import annotations

from typing import Final

from django_schemapatterns.schema.sql import render

ME: Final = """
SELECT current_user::text, rolsuper, rolcreaterole, pg_has_role(datdba, 'USAGE'), format('%%I', datname),
       pg_get_userbyid(datdba)::text, pg_database.oid
FROM pg_roles, pg_database WHERE rolname = current_user AND datname = current_database()
"""

ROLES: Final = """
SELECT rolname::text, rolcanlogin, rolinherit, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb,
       rolreplication
FROM pg_roles WHERE rolname = ANY (%s)
"""

MEMBERSHIPS: Final = """
SELECT pg_get_userbyid(member)::text, pg_get_userbyid(roleid)::text, {inherits}
FROM pg_auth_members
WHERE pg_get_userbyid(roleid) = ANY (%s) AND pg_get_userbyid(member) = ANY (%s) AND {counts}
"""

SCHEMAS: Final = """
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

RELATIONS: Final = render(
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
OIDS: Final = """
SELECT wanted.name, pg_class.oid
FROM unnest(%s::text[]) AS wanted (name)
CROSS JOIN LATERAL parse_ident(wanted.name) AS part
JOIN pg_class ON relname = part[array_upper(part, 1)]
JOIN pg_namespace ON pg_namespace.oid = relnamespace
WHERE CASE array_length(part, 1) WHEN 1 THEN nspname = ANY (%s) ELSE nspname = part[1] END
"""

ROUTINES: Final = """
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

TYPES: Final = """
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

GRANTS: Final = """
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

DEFAULTS: Final = """
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
