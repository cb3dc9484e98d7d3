-- Before a row is deleted for good: make it a soft delete, or refuse, unless hard deletes are allowed just now.
-- Arguments: soft or forbid, then the columns of the primary key.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_guard() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    relation text := format('%I.%I', TG_TABLE_SCHEMA, TG_TABLE_NAME);
    key text;
    chunk integer;
    kept text;
BEGIN
    IF current_setting('schemapatterns.hard_delete', true) = 'on' THEN
        RETURN OLD;
    END IF;
    IF TG_ARGV[0] = 'forbid' THEN
        RAISE EXCEPTION 'Rows of % are not to be deleted.', relation
            USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
                  HINT = 'Soft-delete them: SELECT schemapatterns.soft_delete(...), or hard_delete(...) for good.';
    END IF;
    -- PostgreSQL deletes here on behalf of a foreign key: a row that stays would point at one that is gone.
    IF pg_trigger_depth() > 1
        AND EXISTS (SELECT FROM pg_constraint WHERE conrelid = TG_RELID AND contype = 'f' AND confdeltype = 'c')
    THEN
        RAISE EXCEPTION 'A row of % would be deleted along with one that it depends on.', relation
            USING ERRCODE = 'restrict_violation', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
                  HINT = 'Soft-delete the other row, or delete both for good: SELECT schemapatterns.hard_delete(...).';
    END IF;
    IF OLD.deleted_at IS NOT NULL THEN
        RETURN NULL;
    END IF;
    IF current_setting('schemapatterns.deletion_depth', true) = pg_trigger_depth()::text THEN
        -- DELETE does not stand it when rows that it is still to reach change meanwhile: soft_delete_end goes on with it.
        chunk := coalesce(nullif(current_setting('schemapatterns.deletion_chunk', true), ''), '0');
        kept := coalesce(current_setting('schemapatterns.deletion_keys_' || chunk, true), '');
        IF length(kept) > 30000 THEN -- a longer one would be copied again and again
            chunk := chunk + 1;
            kept := '';
        END IF;
        SELECT jsonb_object_agg(name, to_jsonb(OLD) -> name)::text INTO key FROM unnest(TG_ARGV[1:]) AS name;
        kept := concat_ws(',', nullif(kept, ''), format('{%s: %s}', to_json(relation), key));
        PERFORM set_config('schemapatterns.deletion_chunk', chunk::text, true),
                set_config('schemapatterns.deletion_keys_' || chunk, kept, true);
        RETURN NULL;
    END IF;
    SELECT string_agg(format('%I = ($1).%I', name, name), ' AND ') INTO key FROM unnest(TG_ARGV[1:]) AS name;
    EXECUTE format('UPDATE %s SET deleted_at = clock_timestamp() WHERE %s', relation, key) USING OLD;
    RETURN NULL;
END
$function$;
