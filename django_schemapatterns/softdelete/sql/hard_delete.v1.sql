-- Delete for good the row with this primary key and what depends on it, alive or deleted; return how many rows.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.hard_delete(relation regclass, VARIADIC key anycompatiblearray) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    condition text := schemapatterns.row_condition(relation, key::text[]);
BEGIN
    PERFORM schemapatterns.soft_delete_check(relation, condition);
    RETURN schemapatterns.hard_delete_where(relation, condition);
END
$function$;
