-- Why something is done, as the transaction's setting app.context says; whatever stands in it, no write fails.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.period_reason() RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    context text := current_setting('app.context', true);
BEGIN
    IF strpos(context, '"reason"') > 0 THEN
        RETURN context::jsonb ->> 'reason';
    END IF;
    RETURN NULL;
EXCEPTION WHEN data_exception OR program_limit_exceeded THEN
    RETURN NULL;
END
$function$;
