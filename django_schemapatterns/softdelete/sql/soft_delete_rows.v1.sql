-- Set or take away the mark of the rows that a condition picks; return how many rows changed, dependants included.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_rows(relation regclass, mark text, condition text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    affected bigint;
    cascaded jsonb;
BEGIN
    EXECUTE format('UPDATE %s SET deleted_at = %s WHERE %s', relation, mark, condition);
    GET DIAGNOSTICS affected = ROW_COUNT;
    cascaded := coalesce(nullif(current_setting('schemapatterns.deletion_rows', true), ''), '{}');
    RETURN affected + coalesce((SELECT sum(value::bigint) FROM jsonb_each_text(cascaded)), 0);
END
$function$;
