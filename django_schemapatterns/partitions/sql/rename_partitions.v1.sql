DO {{quotes}}
DECLARE
    partition record;
    old_mark text;
    new_mark text;
BEGIN
    SELECT {{detached}} || '{"parent": ' || pg_catalog.to_json(pg_catalog.format('%I.%I', nspname, {{old}})),
           {{detached}} || '{"parent": ' || pg_catalog.to_json(pg_catalog.format('%I.%I', nspname, {{new}}))
    INTO old_mark, new_mark
    FROM pg_catalog.pg_class JOIN pg_catalog.pg_namespace ON pg_namespace.oid = relnamespace
    WHERE pg_class.oid = {{table}}::pg_catalog.regclass;
    -- So that a new table may have the old name, and partitions too; what was detached names its table in its comment.
    FOR partition IN
        SELECT oid::pg_catalog.regclass AS relation, {{new}} || substr(relname, length({{old}}) + 1) AS name, description,
               left(relname, length({{old}}) + 1) = {{old}} || '_' AS is_named
        FROM pg_catalog.pg_class
        LEFT JOIN pg_catalog.pg_description
            ON objoid = pg_class.oid AND classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid = 0
        WHERE starts_with(description, old_mark || ',')
           OR oid IN (
               SELECT relid FROM pg_catalog.pg_partition_tree({{table}}::pg_catalog.regclass) WHERE level > 0
           )
    LOOP
        IF starts_with(partition.description, old_mark || ',') THEN
            EXECUTE pg_catalog.format(
                'COMMENT ON TABLE %s IS %L',
                partition.relation, new_mark || substr(partition.description, length(old_mark) + 1)
            );
        END IF;
        CONTINUE WHEN NOT partition.is_named OR octet_length(partition.name) > 63;
        EXECUTE pg_catalog.format('ALTER TABLE %s RENAME TO %I', partition.relation, partition.name);
    END LOOP;
END {{quotes}}
