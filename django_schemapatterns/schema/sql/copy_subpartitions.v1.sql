-- Give a partitioned table without partitions those that its sister has, of any depth.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.copy_subpartitions(source regclass, target regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO'
AS $function$
DECLARE
    part record;
    copy text;
BEGIN
    FOR part IN
        SELECT inhrelid::regclass AS relation, sub.relname, nspname, sub.relkind, base.relname AS beside, made.relname AS wanted,
               pg_get_expr(sub.relpartbound, inhrelid) AS bounds
        FROM pg_inherits
        JOIN pg_class AS sub ON sub.oid = inhrelid
        JOIN pg_class AS base ON base.oid = source
        JOIN pg_class AS made ON made.oid = target
        JOIN pg_namespace ON pg_namespace.oid = made.relnamespace
        WHERE inhparent = source
    LOOP
        copy := part.wanted || CASE
            WHEN starts_with(part.relname, part.beside) THEN substr(part.relname, length(part.beside) + 1)
            ELSE '_' || part.relname
        END;
        IF octet_length(copy) > 63 THEN
            copy := left(part.wanted, 20) || '_' || md5(copy);
        END IF;
        copy := format('%I.%I', part.nspname, copy);
        EXECUTE format(
            'CREATE TABLE %s PARTITION OF %s %s %s',
            copy, target, part.bounds, 'PARTITION BY ' || CASE part.relkind WHEN 'p' THEN pg_get_partkeydef(part.relation) END
        );
        EXECUTE format('COMMENT ON TABLE %s IS %L', copy, 'django-schemapatterns: partition');
        IF part.relkind = 'p' THEN
            PERFORM schemapatterns.copy_subpartitions(part.relation, copy::regclass);
        END IF;
    END LOOP;
END
$function$;
