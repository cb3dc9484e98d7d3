-- Let the rules that judge the end of a statement speak now, not at the end of the transaction; return how many rows of
-- which table the cascades of the last statement have deleted or restored.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_outcome() RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    rules text;
BEGIN
    SELECT string_agg(format('%I.%I', nspname, conname), ', ') INTO rules
    FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace
    WHERE conname LIKE 'pgtrigger\_soft\_delete\_re%' AND contype = 't' AND conparentid = 0;
    IF rules IS NOT NULL THEN
        EXECUTE format('SET CONSTRAINTS %s IMMEDIATE', rules);
        EXECUTE format('SET CONSTRAINTS %s DEFERRED', rules);
    END IF;
    RETURN coalesce(nullif(current_setting('schemapatterns.deletion_rows', true), ''), '{}')::jsonb;
END
$function$;
