-- Delete for good up to `row_limit` rows that were soft-deleted longer ago than that, the oldest first, and what depends
-- on them; return how many rows. Rows that others still need stop it with a foreign key violation.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.purge_deleted(relation regclass, older_than interval, row_limit integer DEFAULT NULL)
RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    PERFORM schemapatterns.soft_delete_check(relation, NULL);
    RETURN schemapatterns.hard_delete_where(relation, format(
        'ctid = ANY (ARRAY(SELECT ctid FROM %s WHERE deleted_at < clock_timestamp() - %L::interval ORDER BY deleted_at LIMIT %L))',
        relation, older_than, row_limit
    ));
END
$function$;
