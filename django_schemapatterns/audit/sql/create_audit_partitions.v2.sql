-- Make the monthly partitions of the audit log from this month to `ahead` months on; return how many were made.
-- Lines that wait in the default partition move to their month, and the log says so. Months are those of UTC.
-- version: 2
CREATE OR REPLACE FUNCTION schemapatterns.create_audit_partitions(ahead integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO'
AS $function$
DECLARE
    made integer := 0;
    low timestamptz;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'schemapatterns.audit_log'::regclass) <> 'p' THEN
        RETURN 0;
    END IF;
    FOR low IN SELECT generate_series(0, ahead) * interval '1 month' + date_trunc('month', clock_timestamp()) LOOP
        IF schemapatterns.create_audit_partition(
            'schemapatterns.audit_log', 'audit_log_' || to_char(low, 'YYYY_MM'), low::text, (low + interval '1 month')::text
        ) IS NOT NULL THEN
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END
$function$;
