-- Before a statement deletes or restores: name the batch that its rows and their dependants share.
-- Deeper down is a cascade, which goes on with the batch of the statement that started it.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_begin() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF coalesce(current_setting('schemapatterns.deletion_depth', true), '') = '' THEN
        PERFORM set_config('schemapatterns.deletion_depth', pg_trigger_depth()::text, true),
                set_config('schemapatterns.deletion_id', gen_random_uuid()::text, true),
                set_config('schemapatterns.deletion_rows', '', true);
    END IF;
    RETURN NULL;
END
$function$;
