-- Make one partition of the audit log, as create_partition() does; the log says which lines move into it.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.create_audit_partition(parent regclass, name text, low text, high text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO'
AS $function$
DECLARE
    outer_note text := coalesce(current_setting('schemapatterns.audit_maintained', true), '');
    moved bigint;
BEGIN
    -- Those that were made before partitions bore a mark.
    PERFORM schemapatterns.mark_partitions(parent);
    moved := schemapatterns.create_partition(parent, name, low, high);
    IF moved > 0 THEN
        PERFORM schemapatterns.audit_maintenance('lines of the default partition move to ' || name);
        PERFORM set_config('schemapatterns.audit_maintained', outer_note, true);
    END IF;
    RETURN moved;
END
$function$;
