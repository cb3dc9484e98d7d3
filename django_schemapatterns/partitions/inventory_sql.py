"""The questions of an inventory to the catalog; `table` is a quoted name."""

from __future__ import annotations

from typing import Final

TABLE: Final = """
SELECT quote_ident(pg_get_userbyid(relowner)), relrowsecurity, relforcerowsecurity, row_security_active(oid),
       obj_description(oid, 'pg_class'),
       EXISTS (SELECT FROM pg_inherits WHERE inhrelid = pg_class.oid)
           OR (relkind = 'r' AND EXISTS (SELECT FROM pg_inherits WHERE inhparent = pg_class.oid)),
       relreplident::text
FROM pg_class WHERE oid = to_regclass(%(table)s)
"""

COLUMNS: Final = """
SELECT attname::text, attgenerated <> '', attnotnull FROM pg_attribute
WHERE attrelid = to_regclass(%(table)s) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""

INDEXES: Final = """
SELECT relname::text, contype::text,
       CASE WHEN contype IS NULL THEN replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
            ELSE pg_get_constraintdef(pg_constraint.oid) END,
       CASE WHEN 0 = ANY (indkey) THEN NULL ELSE (
           SELECT array_agg(attname::text ORDER BY place)
           FROM unnest(indkey::int[]) WITH ORDINALITY AS part (num, place)
           JOIN pg_attribute ON attrelid = indrelid AND attnum = num
           WHERE place <= indnkeyatts
       ) END,
       indisunique OR coalesce(contype = 'x', false), obj_description(indexrelid, 'pg_class')
FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
LEFT JOIN pg_constraint ON conindid = indexrelid AND conrelid = indrelid AND contype IN ('p', 'u', 'x')
WHERE indrelid = to_regclass(%(table)s) ORDER BY 1
"""

# The next value that nobody has got, so that a swap takes none twice.
SEQUENCES: Final = """
SELECT attname::text, pg_class.oid::regclass::text, attidentity::text,
       format('INCREMENT BY %%s MINVALUE %%s MAXVALUE %%s CACHE %%s%%s', seqincrement, seqmin, seqmax,
              seqcache, CASE WHEN seqcycle THEN ' CYCLE' ELSE '' END),
       ARRAY(
           SELECT format('GRANT %%s ON SEQUENCE %%s TO %%s', privilege_type, pg_class.oid::regclass,
                         CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END)
           FROM aclexplode(relacl) WHERE grantee <> relowner
       )
FROM pg_depend
JOIN pg_class ON pg_class.oid = objid AND relkind = 'S'
JOIN pg_sequence ON seqrelid = pg_class.oid
JOIN pg_attribute ON attrelid = refobjid AND attnum = refobjsubid
WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
  AND refobjid = to_regclass(%(table)s) AND deptype IN ('a', 'i') AND refobjsubid > 0
ORDER BY attnum
"""

VIEWS: Final = """
WITH RECURSIVE views AS (
    SELECT ev_class AS oid, 1 AS level
    FROM pg_depend
    JOIN pg_rewrite ON classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid
    WHERE refclassid = 'pg_class'::regclass AND refobjid = to_regclass(%(table)s) AND ev_class <> refobjid
    UNION
    SELECT ev_class, level + 1
    FROM views
    JOIN pg_depend ON refclassid = 'pg_class'::regclass AND refobjid = views.oid
    JOIN pg_rewrite ON classid = 'pg_rewrite'::regclass AND objid = pg_rewrite.oid AND ev_class <> views.oid
), found AS (
    SELECT pg_class.*, level, pg_class.oid::regclass::text AS name,
           CASE relkind WHEN 'm' THEN 'MATERIALIZED VIEW' ELSE 'VIEW' END AS kind
    FROM (SELECT oid, max(level) AS level FROM views GROUP BY oid) AS views JOIN pg_class USING (oid)
)
SELECT name, kind,
       array_cat(
           ARRAY[format('CREATE %%s %%s%%s AS %%s', kind, name,
                        ' WITH (' || array_to_string(reloptions, ', ') || ')', pg_get_viewdef(oid))],
           ARRAY(SELECT pg_get_indexdef(indexrelid) FROM pg_index WHERE indrelid = found.oid)
           || ARRAY(
               SELECT pg_get_triggerdef(pg_trigger.oid) FROM pg_trigger
               WHERE tgrelid = found.oid AND NOT tgisinternal
           )
           || ARRAY(
               SELECT format('COMMENT ON %%s %%s IS %%L', kind, name, description)
               FROM pg_description
               WHERE objoid = found.oid AND classoid = 'pg_class'::regclass AND objsubid = 0
           )
           || ARRAY(
               SELECT format('COMMENT ON COLUMN %%s.%%I IS %%L', name, attname, description)
               FROM pg_description
               JOIN pg_attribute ON attrelid = objoid AND attnum = objsubid
               WHERE objoid = found.oid AND classoid = 'pg_class'::regclass AND objsubid > 0
           )
           || ARRAY[format('ALTER %%s %%s OWNER TO %%I', kind, name, pg_get_userbyid(relowner))]
           || ARRAY(
               SELECT format('GRANT %%s ON %%s TO %%s', privilege_type, name,
                             CASE WHEN grantee = 0 THEN 'PUBLIC'
                                  ELSE quote_ident(pg_get_userbyid(grantee)) END)
               FROM aclexplode(relacl) WHERE grantee <> relowner
           )
       )
FROM found ORDER BY level, name
"""

TRIGGERS: Final = """
SELECT tgname::text, pg_get_triggerdef(oid), tgenabled::text, obj_description(oid, 'pg_trigger')
FROM pg_trigger WHERE tgrelid = to_regclass(%(table)s) AND NOT tgisinternal AND tgparentid = 0 ORDER BY 1
"""

POLICIES: Final = """
SELECT polname::text,
       format('CREATE POLICY %%I ON %%s AS %%s FOR %%s TO %%s%%s%%s', polname, polrelid::regclass,
              CASE WHEN polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
              CASE polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
                          WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
              (SELECT string_agg(CASE WHEN role = 0 THEN 'PUBLIC'
                                      ELSE quote_ident(pg_get_userbyid(role)) END, ', ')
               FROM unnest(polroles) AS role),
              ' USING (' || pg_get_expr(polqual, polrelid) || ')',
              ' WITH CHECK (' || pg_get_expr(polwithcheck, polrelid) || ')'),
       obj_description(oid, 'pg_policy')
FROM pg_policy WHERE polrelid = to_regclass(%(table)s) ORDER BY 1
"""

STATISTICS: Final = """
SELECT format('%%I.%%I', nspname, stxname), pg_get_statisticsobjdef(pg_statistic_ext.oid),
       obj_description(pg_statistic_ext.oid, 'pg_statistic_ext')
FROM pg_statistic_ext JOIN pg_namespace ON pg_namespace.oid = stxnamespace
WHERE stxrelid = to_regclass(%(table)s) ORDER BY 1
"""

FOREIGN_KEYS: Final = """
SELECT conname::text, conrelid::regclass::text, pg_get_constraintdef(oid),
       obj_description(oid, 'pg_constraint')
FROM pg_constraint
WHERE conrelid = to_regclass(%(table)s) AND contype = 'f' AND conparentid = 0 AND conrelid <> confrelid
ORDER BY 1
"""

# Also those of a table that points at itself. What is partitioned and points can not leave the proof for
# later before PostgreSQL 18.
INBOUND: Final = """
SELECT conname::text, conrelid::regclass::text,
       pg_get_constraintdef(pg_constraint.oid) || CASE
           WHEN conrelid <> confrelid AND relkind <> 'p' THEN ' NOT VALID'
           WHEN current_setting('server_version_num')::int >= 180000 THEN ' NOT VALID'
           ELSE ''
       END,
       obj_description(pg_constraint.oid, 'pg_constraint')
FROM pg_constraint JOIN pg_class ON pg_class.oid = conrelid
WHERE confrelid = to_regclass(%(table)s) AND contype = 'f' AND conparentid = 0
ORDER BY 2, 1
"""

UNPROVEN: Final = """
SELECT conrelid::regclass::text, quote_ident(conname) FROM pg_constraint
WHERE confrelid = to_regclass(%s) AND contype = 'f' AND conparentid = 0 AND NOT convalidated ORDER BY 1, 2
"""

GRANTS: Final = """
SELECT format('GRANT %%s ON %%s TO %%s%%s', privilege_type, oid::regclass,
              CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
              CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_class CROSS JOIN LATERAL aclexplode(relacl)
WHERE oid = to_regclass(%(table)s) AND grantee <> relowner
UNION ALL
SELECT format('GRANT %%s (%%I) ON %%s TO %%s%%s', privilege_type, attname, attrelid::regclass,
              CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END,
              CASE WHEN is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
FROM pg_attribute CROSS JOIN LATERAL aclexplode(attacl)
WHERE attrelid = to_regclass(%(table)s) AND NOT attisdropped
"""

PUBLICATIONS: Final = """
SELECT format('ALTER PUBLICATION %%I ADD TABLE %%s', pubname, prrelid::regclass)
FROM pg_publication_rel JOIN pg_publication ON pg_publication.oid = prpubid
WHERE prrelid = to_regclass(%(table)s) AND prqual IS NULL AND prattrs IS NULL
"""

CONSTRAINT_COMMENTS: Final = """
SELECT conname::text, obj_description(oid, 'pg_constraint')
FROM pg_constraint
WHERE conrelid = to_regclass(%(table)s) AND contype IN ('p', 'u', 'x')
  AND obj_description(oid, 'pg_constraint') IS NOT NULL
"""

REFUSED: Final = """
WITH relation AS (SELECT oid, reltype FROM pg_class WHERE oid = to_regclass(%(table)s)),
row_type AS (
    SELECT pg_type.oid FROM relation JOIN pg_type ON pg_type.oid = reltype OR typelem = reltype
)
SELECT format('The rule %%s.', rulename)
FROM pg_rewrite JOIN relation ON ev_class = relation.oid
UNION ALL
SELECT format('%%s, which names the table.', pg_describe_object(classid, objid, objsubid))
FROM pg_depend JOIN relation ON refclassid = 'pg_class'::regclass AND refobjid = relation.oid
WHERE deptype IN ('n', 'a')
  AND (
      classid NOT IN (
          'pg_class'::regclass, 'pg_constraint'::regclass, 'pg_trigger'::regclass, 'pg_policy'::regclass,
          'pg_rewrite'::regclass, 'pg_attrdef'::regclass, 'pg_statistic_ext'::regclass, 'pg_type'::regclass,
          'pg_publication_rel'::regclass
      )
      OR (classid = 'pg_class'::regclass
          AND objid NOT IN (
              SELECT pg_class.oid FROM pg_class WHERE relkind IN ('i', 'I', 'S', 't', 'r', 'p')))
      OR (classid = 'pg_publication_rel'::regclass
          AND EXISTS (SELECT FROM pg_publication_rel
                      WHERE oid = objid AND (prqual IS NOT NULL OR prattrs IS NOT NULL)))
  )
UNION ALL
SELECT format('%%s, which has a row of it as a value.', pg_describe_object(classid, objid, objsubid))
FROM pg_depend JOIN row_type ON refclassid = 'pg_type'::regclass AND refobjid = row_type.oid
WHERE deptype = 'n'
UNION ALL
SELECT format(
    'The trigger %%s, for each row with transition tables, which a partitioned table can not have.', tgname)
FROM pg_trigger JOIN relation ON tgrelid = relation.oid
WHERE tgtype & 1 = 1 AND NOT tgisinternal AND coalesce(tgoldtable, tgnewtable) IS NOT NULL
UNION ALL
SELECT format('The invalid index %%s. Drop it, or make it valid by REINDEX.', indexrelid::regclass)
FROM pg_index JOIN relation ON indrelid = relation.oid WHERE NOT indisvalid
UNION ALL
SELECT format('The constraint %%s of %%s, which is not proven. Run VALIDATE CONSTRAINT.',
              conname, conrelid::regclass)
FROM pg_constraint JOIN relation ON relation.oid IN (conrelid, confrelid) WHERE NOT convalidated
ORDER BY 1
"""
