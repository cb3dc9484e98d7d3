-- Before a statement deletes or restores, unless a cascade does: name the batch that its rows and their dependants share.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_begin() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    told text; -- an assignment takes less than a query
BEGIN
    told := set_config('schemapatterns.deletion_depth', pg_trigger_depth()::text, true);
    told := set_config('schemapatterns.deletion_id', gen_random_uuid()::text, true);
    told := set_config('schemapatterns.deletion_rows', '', true);
    RETURN NULL;
END
$function$;
