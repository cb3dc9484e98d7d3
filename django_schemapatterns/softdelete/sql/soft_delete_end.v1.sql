-- After the statement that started it: the batch is complete.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_end() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    told text; -- an assignment takes less than a query
BEGIN
    told := set_config('schemapatterns.deletion_depth', '', true);
    told := set_config('schemapatterns.deletion_id', '', true);
    RETURN NULL;
END
$function$;
