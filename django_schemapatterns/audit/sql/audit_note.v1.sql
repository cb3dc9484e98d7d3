-- Write a line about the log itself and return its id.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_note(kind text, reason text) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    who record;
    note bigint;
BEGIN
    IF coalesce(btrim(reason), '') = '' THEN
        RAISE EXCEPTION 'A reason is required.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO who FROM schemapatterns.audit_context();
    INSERT INTO schemapatterns.audit_log (
        created_at, transaction_id, operation, user_id, user_label, ip_address, user_agent, request_id, context,
        db_role, application_name, client_address
    ) VALUES (
        who.created_at, who.transaction_id, kind, who.user_id, who.user_label, who.ip_address, who.user_agent,
        who.request_id, coalesce(who.context, '{}') || jsonb_build_object('reason', reason),
        who.db_role, who.application_name, who.client_address
    ) RETURNING id INTO note;
    RETURN note;
END
$function$;

REVOKE ALL ON FUNCTION schemapatterns.audit_note(text, text) FROM PUBLIC;
