-- Say of the range partitions of a table that bear no comment that they are ours to maintain.
-- Only for tables whose every partition we have made.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.mark_partitions(parent regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    part regclass;
BEGIN
    FOR part IN
        SELECT inhrelid FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
        WHERE inhparent = parent AND obj_description(inhrelid, 'pg_class') IS NULL
          AND pg_get_expr(relpartbound, inhrelid) LIKE 'FOR VALUES FROM %'
    LOOP
        EXECUTE format('COMMENT ON TABLE %s IS %L', part, 'django-schemapatterns: partition');
    END LOOP;
END
$function$;
