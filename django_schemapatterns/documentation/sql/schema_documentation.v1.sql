-- Every column of every table and view, with the comments; a partition is told by its parent.
-- version: 1
CREATE VIEW schemapatterns.schema_documentation WITH (security_invoker = true) AS
SELECT format('%I.%I.%I', namespace.nspname, relation.relname, attribute.attname) AS id,
       namespace.nspname::text AS table_schema,
       relation.relname::text AS table_name,
       CASE relation.relkind
           WHEN 'r' THEN 'table'
           WHEN 'p' THEN 'partitioned table'
           WHEN 'v' THEN 'view'
           WHEN 'm' THEN 'materialized view'
           WHEN 'f' THEN 'foreign table'
       END AS table_type,
       obj_description(relation.oid, 'pg_class') AS table_comment,
       attribute.attnum::integer AS column_position,
       attribute.attname::text AS column_name,
       format_type(attribute.atttypid, attribute.atttypmod) AS data_type,
       NOT attribute.attnotnull AS is_nullable,
       pg_get_expr(stored.adbin, stored.adrelid) AS column_default,
       col_description(relation.oid, attribute.attnum) AS column_comment
FROM pg_catalog.pg_class AS relation
JOIN pg_catalog.pg_namespace AS namespace ON namespace.oid = relation.relnamespace
JOIN pg_catalog.pg_attribute AS attribute ON attribute.attrelid = relation.oid
LEFT JOIN pg_catalog.pg_attrdef AS stored ON stored.adrelid = relation.oid AND stored.adnum = attribute.attnum
WHERE relation.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT relation.relispartition
  AND attribute.attnum > 0 AND NOT attribute.attisdropped
  AND namespace.nspname <> 'information_schema' AND namespace.nspname !~ '^pg_';
