-- Restore the row with this primary key and exactly what was deleted along with it; return how many rows.
-- SELECT schemapatterns.restore_deleted('products', 42);
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.restore_deleted(relation regclass, VARIADIC key anycompatiblearray) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    condition text := schemapatterns.row_condition(relation, key::text[]);
    counts jsonb;
BEGIN
    PERFORM schemapatterns.soft_delete_check(relation, condition);
    counts := schemapatterns.soft_delete_rows(relation, 'NULL', condition || ' AND deleted_at IS NOT NULL');
    IF counts = '{}' THEN
        RAISE EXCEPTION 'The row of % with % is not deleted.', relation, condition
            USING ERRCODE = 'object_not_in_prerequisite_state';
    END IF;
    RETURN (SELECT sum(value::bigint) FROM jsonb_each_text(counts));
END
$function$;
