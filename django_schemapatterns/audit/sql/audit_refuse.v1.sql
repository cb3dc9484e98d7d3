-- The log is append-only: refuse UPDATE, DELETE and TRUNCATE, whoever asks, but for noted maintenance by its owner.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_refuse() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF schemapatterns.audit_noted('schemapatterns.audit_maintained', 'M')
        AND pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER')
    THEN
        RETURN CASE WHEN TG_OP = 'UPDATE' THEN NEW ELSE OLD END;
    END IF;
    RAISE EXCEPTION 'The audit log is append-only: % of %.% is refused.', TG_OP, TG_TABLE_SCHEMA, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege',
              HINT = 'The owner of the log may change it in a transaction after '
                     'SELECT schemapatterns.audit_maintenance(''the reason'').';
END
$function$;
