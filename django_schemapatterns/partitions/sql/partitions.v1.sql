-- Every partition of every table, with its bounds, its size and the rows that it is thought to have.
-- version: 1
CREATE VIEW schemapatterns.partitions WITH (security_invoker = true) AS
SELECT format('%I.%I', place.nspname, part.relname) AS id,
       home.nspname::text AS table_schema,
       parent.relname::text AS table_name,
       part.relname::text AS partition_name,
       pg_get_expr(part.relpartbound, part.oid) AS bounds,
       sizes.bytes,
       sizes.estimated_rows,
       pg_get_expr(part.relpartbound, part.oid) = 'DEFAULT' AS is_default,
       coalesce(starts_with(obj_description(part.oid, 'pg_class'), 'django-schemapatterns: '), false) AS is_maintained,
       link.inhdetachpending AS is_detach_pending
FROM pg_catalog.pg_inherits AS link
JOIN pg_catalog.pg_class AS part ON part.oid = link.inhrelid AND part.relispartition AND part.relkind NOT IN ('i', 'I')
JOIN pg_catalog.pg_namespace AS place ON place.oid = part.relnamespace
JOIN pg_catalog.pg_class AS parent ON parent.oid = link.inhparent
JOIN pg_catalog.pg_namespace AS home ON home.oid = parent.relnamespace
CROSS JOIN LATERAL (
    SELECT coalesce(sum(pg_total_relation_size(leaf.oid)), 0)::bigint AS bytes,
           -- Unknown before the first ANALYZE of each.
           CASE WHEN bool_and(leaf.reltuples >= 0 OR pg_relation_size(leaf.oid) = 0)
               THEN sum(greatest(leaf.reltuples, 0))::bigint END AS estimated_rows
    FROM pg_catalog.pg_class AS leaf
    WHERE leaf.relkind <> 'p'
      AND leaf.oid IN (SELECT part.oid UNION SELECT tree.relid FROM pg_catalog.pg_partition_tree(part.oid) AS tree)
) AS sizes;
