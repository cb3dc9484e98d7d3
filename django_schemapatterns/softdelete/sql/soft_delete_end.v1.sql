-- After the statement that started it: the batch is complete.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_end() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF current_setting('schemapatterns.deletion_depth', true) = pg_trigger_depth()::text THEN
        PERFORM set_config('schemapatterns.deletion_depth', '', true),
                set_config('schemapatterns.deletion_id', '', true);
    END IF;
    RETURN NULL;
END
$function$;
