-- Allow the owner of the log to change it until the end of the transaction, and write down why.
-- Returns the id of the note.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_maintenance(reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    note bigint := schemapatterns.audit_note('M', reason);
BEGIN
    PERFORM set_config('schemapatterns.audit_maintained', note::text, true);
    RETURN note;
END
$function$;

REVOKE ALL ON FUNCTION schemapatterns.audit_maintenance(text) FROM PUBLIC;
