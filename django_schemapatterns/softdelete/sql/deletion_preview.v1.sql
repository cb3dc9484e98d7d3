-- Tell how many rows of which table a soft delete would take along, by trying it and taking it back.
-- SELECT * FROM schemapatterns.deletion_preview('products', 42);
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.deletion_preview(relation regclass, VARIADIC key anycompatiblearray)
RETURNS TABLE (table_name text, rows bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    condition text := schemapatterns.row_condition(relation, key::text[]);
    counts jsonb;
BEGIN
    PERFORM schemapatterns.soft_delete_check(relation, condition);
    BEGIN
        counts := schemapatterns.soft_delete_rows(
            relation, 'clock_timestamp()', condition || ' AND deleted_at IS NULL'
        );
        RAISE EXCEPTION USING ERRCODE = 'SP000'; -- take it back; variables stay
    EXCEPTION WHEN SQLSTATE 'SP000' THEN
        NULL;
    END;
    RETURN QUERY SELECT each.key, each.value::bigint FROM jsonb_each_text(counts) AS each ORDER BY each.key;
END
$function$;
