-- Set or take away the mark of the rows that a condition picks; return how many rows of which table have changed.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_rows(relation regclass, mark text, condition text) RETURNS jsonb
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    affected bigint;
    plain text;
    qualified text;
BEGIN
    EXECUTE format('UPDATE %s SET deleted_at = %s WHERE %s', relation, mark, condition);
    GET DIAGNOSTICS affected = ROW_COUNT;
    SELECT relname, format('"%s"."%s"', nspname, relname) INTO plain, qualified
    FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace WHERE pg_class.oid = relation;
    -- Cascades call a table what migrations call it.
    PERFORM schemapatterns.soft_delete_count(
        CASE WHEN schemapatterns.soft_delete_outcome() ? qualified THEN qualified ELSE plain END, affected
    );
    RETURN schemapatterns.soft_delete_outcome();
END
$function$;
