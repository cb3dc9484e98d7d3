-- Whether the running transaction has a note of this kind in the log, as the setting claims.
-- Nobody can forge it: only the functions that write the note can make the claim true.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_noted(setting text, kind text) RETURNS boolean
LANGUAGE plpgsql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    claim text := current_setting(setting, true);
BEGIN
    IF claim IS NULL OR claim !~ '^[0-9]{1,18}$' THEN
        RETURN false;
    END IF;
    RETURN EXISTS (
        SELECT FROM schemapatterns.audit_log AS entry
        WHERE entry.id = claim::bigint
          AND entry.operation = kind
          AND entry.transaction_id = pg_current_xact_id_if_assigned()
    );
END
$function$;
