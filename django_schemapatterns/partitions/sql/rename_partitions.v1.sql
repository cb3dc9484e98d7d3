DO {{quotes}}
DECLARE
    partition record;
BEGIN
    -- So that a new table may have the old name, and partitions too.
    FOR partition IN
        SELECT relid::pg_catalog.regclass AS relation, {{new}} || substr(relname, length({{old}}) + 1) AS name
        FROM pg_catalog.pg_partition_tree({{table}}::pg_catalog.regclass)
        JOIN pg_catalog.pg_class ON pg_class.oid = relid
        WHERE level > 0 AND left(relname, length({{old}}) + 1) = {{old}} || '_'
    LOOP
        CONTINUE WHEN octet_length(partition.name) > 63;
        EXECUTE pg_catalog.format('ALTER TABLE %s RENAME TO %I', partition.relation, partition.name);
    END LOOP;
END {{quotes}}
