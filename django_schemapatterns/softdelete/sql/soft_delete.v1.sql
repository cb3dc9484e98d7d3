-- Soft-delete the row with this primary key and what depends on it; return how many rows, 0 when it is deleted already.
-- SELECT schemapatterns.soft_delete('products', 42);
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete(relation regclass, VARIADIC key anycompatiblearray) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    condition text := schemapatterns.row_condition(relation, key::text[]);
    counts jsonb;
BEGIN
    PERFORM schemapatterns.soft_delete_check(relation, condition);
    counts := schemapatterns.soft_delete_rows(relation, 'clock_timestamp()', condition || ' AND deleted_at IS NULL');
    RETURN coalesce((SELECT sum(value::bigint) FROM jsonb_each_text(counts)), 0);
END
$function$;
