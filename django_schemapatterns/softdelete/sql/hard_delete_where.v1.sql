-- Delete rows for good with the guards open; foreign keys speak before it returns, not at the end of the transaction.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.hard_delete_where(relation regclass, condition text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    outer_setting text := coalesce(current_setting('schemapatterns.hard_delete', true), '');
    foreign_keys text;
    deleted bigint;
BEGIN
    PERFORM set_config('schemapatterns.hard_delete', 'on', true);
    deleted := schemapatterns.hard_delete_rows(relation, condition, 0);
    PERFORM set_config('schemapatterns.hard_delete', outer_setting, true);
    SELECT string_agg(format('%I.%I', nspname, conname), ', ') INTO foreign_keys
    FROM pg_constraint JOIN pg_namespace ON pg_namespace.oid = connamespace
    WHERE confrelid = relation AND contype = 'f' AND condeferrable AND conparentid = 0;
    IF foreign_keys IS NOT NULL THEN
        EXECUTE format('SET CONSTRAINTS %s IMMEDIATE', foreign_keys);
        EXECUTE format('SET CONSTRAINTS %s DEFERRED', foreign_keys);
    END IF;
    RETURN deleted;
END
$function$;
