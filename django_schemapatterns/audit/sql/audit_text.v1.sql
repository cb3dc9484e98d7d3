-- A value as the triggers write it into record_id, whatever the session's settings say.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_text(value anyelement) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET IntervalStyle = 'postgres' SET bytea_output = 'hex'
SET extra_float_digits = 1
AS $function$
BEGIN
    RETURN value::text;
END
$function$;
