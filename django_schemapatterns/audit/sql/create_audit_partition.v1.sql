-- Make one partition of the audit log, as create_partition() does; the log says which lines move into it.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.create_audit_partition(parent regclass, name text, low text, high text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO'
AS $function$
DECLARE
    moved bigint;
BEGIN
    -- Those that were made before partitions bore a mark.
    PERFORM schemapatterns.mark_partitions(parent);
    moved := schemapatterns.create_partition(parent, name, low, high);
    IF moved > 0 THEN
        PERFORM schemapatterns.audit_note('M', 'lines of the default partition move to ' || name);
    END IF;
    RETURN moved;
END
$function$;
