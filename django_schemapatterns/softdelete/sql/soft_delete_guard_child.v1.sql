-- Before a part of a row is deleted for good whose marks another table has: make it a soft delete there, or refuse.
-- Arguments: soft or forbid; the other table, its key; the column that is equal to it.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_guard_child() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT -- the other table is named as migrations name it
AS $function$
BEGIN
    IF current_setting('schemapatterns.hard_delete', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF TG_ARGV[0] = 'forbid' OR pg_trigger_depth() > 1 THEN
        RAISE EXCEPTION 'Rows of %.% are not to be deleted without those of %.', TG_TABLE_SCHEMA, TG_TABLE_NAME, TG_ARGV[1]
            USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
                  HINT = 'Soft-delete them: SELECT schemapatterns.soft_delete(...), or hard_delete(...) for good.';
    END IF;
    EXECUTE format(
        'UPDATE %s SET deleted_at = clock_timestamp() WHERE %I = ($1).%I AND deleted_at IS NULL',
        TG_ARGV[1]::regclass, TG_ARGV[2], TG_ARGV[3]
    ) USING OLD;
    RETURN NULL;
END
$function$;
