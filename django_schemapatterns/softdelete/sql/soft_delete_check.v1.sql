-- Refuse a table whose rows are not soft-deleted, and a condition, if one is given, that picks no row.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_check(relation regclass, condition text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    found_row boolean;
BEGIN
    IF NOT EXISTS (
        SELECT FROM pg_attribute WHERE attrelid = relation AND attname = 'deleted_at' AND NOT attisdropped
    ) THEN
        RAISE EXCEPTION 'Rows of % are not soft-deleted: it has no column deleted_at.', relation
            USING ERRCODE = 'wrong_object_type', HINT = 'Name the table that has the marks.';
    END IF;
    IF condition IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', relation, condition) INTO found_row;
    IF NOT found_row THEN
        RAISE EXCEPTION 'No row of % with % was found.', relation, condition USING ERRCODE = 'no_data_found';
    END IF;
END
$function$;
