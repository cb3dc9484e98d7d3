-- Tell how many rows of which table a soft delete would take along, by trying it and taking it back.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.deletion_preview(relation regclass, VARIADIC key anycompatiblearray)
RETURNS TABLE (table_name text, rows bigint)
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    condition text := schemapatterns.row_condition(relation, key::text[]);
    cascaded jsonb;
    total bigint;
BEGIN
    PERFORM schemapatterns.soft_delete_check(relation, condition);
    BEGIN
        total := schemapatterns.soft_delete_rows(relation, 'clock_timestamp()', condition || ' AND deleted_at IS NULL');
        cascaded := coalesce(nullif(current_setting('schemapatterns.deletion_rows', true), ''), '{}');
        RAISE EXCEPTION USING ERRCODE = 'SP000'; -- take it back; variables stay
    EXCEPTION WHEN SQLSTATE 'SP000' THEN
        NULL;
    END;
    total := total - coalesce((SELECT sum(value::bigint) FROM jsonb_each_text(cascaded)), 0);
    RETURN QUERY
        SELECT found.key, sum(found.number)::bigint
        FROM (
            SELECT (SELECT relname::text FROM pg_class WHERE oid = relation), total
            UNION ALL SELECT each.key, each.value::bigint FROM jsonb_each_text(cascaded) AS each
        ) AS found (key, number)
        GROUP BY found.key HAVING sum(found.number) > 0 ORDER BY found.key;
END
$function$;
