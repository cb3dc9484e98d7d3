-- Say that a row can not be alive while one that it points at is deleted.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.refuse_reference(
    table_name text, column_name text, parent_name text, key text
) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RAISE EXCEPTION 'A row of % can not be alive while the row of % that it points at is deleted.', table_name, parent_name
        USING ERRCODE = 'foreign_key_violation', TABLE = table_name, COLUMN = column_name,
              CONSTRAINT = 'alive_reference',
              DETAIL = format('Key (%s)=(%s) is deleted in table "%s".', column_name, key, parent_name),
              HINT = 'Restore that row first.';
END
$function$;
