-- After the statement that started it: the batch is complete, once rows that a DELETE has met are soft-deleted, too.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_end() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    last_chunk text := current_setting('schemapatterns.deletion_chunk', true);
    chunk text;
    relation text;
    keys jsonb;
    columns text;
    condition text;
    told text; -- an assignment takes less than a query
BEGIN
    IF last_chunk <> '' THEN
        FOR place IN 0 .. last_chunk::integer LOOP
            chunk := current_setting('schemapatterns.deletion_keys_' || place);
            told := set_config('schemapatterns.deletion_keys_' || place, '', true);
            FOR relation, keys IN
                SELECT met.key, jsonb_agg(met.value)
                FROM jsonb_array_elements(('[' || chunk || ']')::jsonb) AS entry, jsonb_each(entry) AS met GROUP BY 1
            LOOP
                SELECT string_agg(format('%I %s', attname, format_type(atttypid, atttypmod)), ', '),
                       string_agg(format('kept.%1$I = met.%1$I', attname), ' AND ')
                INTO columns, condition
                FROM pg_attribute WHERE attrelid = relation::regclass AND attnum > 0 AND keys -> 0 ? attname::text;
                EXECUTE format(
                    'UPDATE %s AS kept SET deleted_at = clock_timestamp() '
                    'FROM jsonb_to_recordset($1) AS met (%s) WHERE %s AND kept.deleted_at IS NULL',
                    relation, columns, condition
                ) USING keys;
            END LOOP;
        END LOOP;
        told := set_config('schemapatterns.deletion_chunk', '', true);
    END IF;
    told := set_config('schemapatterns.deletion_depth', '', true);
    told := set_config('schemapatterns.deletion_id', '', true);
    RETURN NULL;
END
$function$;
