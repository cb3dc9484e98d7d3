-- Add to the number of rows of a table that the running batch has deleted or restored.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_count(table_name text, rows bigint) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    counts jsonb := coalesce(nullif(current_setting('schemapatterns.deletion_rows', true), ''), '{}');
BEGIN
    IF rows > 0 THEN
        counts := jsonb_set(counts, ARRAY[table_name], to_jsonb(coalesce((counts ->> table_name)::bigint, 0) + rows));
        PERFORM set_config('schemapatterns.deletion_rows', counts::text, true);
    END IF;
END
$function$;
