-- Stop the audit until the end of the transaction or audit_resume(), and write down that it stopped and why.
-- Returns the id of the note. Not for everybody: GRANT EXECUTE to the roles that may.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_pause(reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    note bigint := schemapatterns.audit_note('P', reason);
BEGIN
    PERFORM set_config('schemapatterns.audit_paused', note::text, true);
    RETURN note;
END
$function$;

REVOKE ALL ON FUNCTION schemapatterns.audit_pause(text) FROM PUBLIC;
