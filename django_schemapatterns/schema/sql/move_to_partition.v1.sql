-- Move rows from the default partition into a table that is about to be attached; return how many.
-- No trigger sees it: the rows do not change. Foreign keys that point at the rows are away meanwhile, and come back NOT VALID.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.move_to_partition(parent regclass, source regclass, target regclass, inside text) RETURNS bigint
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO' SET row_security = off
AS $function$
DECLARE
    columns text;
    references_to_it record;
    recreate text[] := '{}';
    enable text[] := '{}';
    statement text;
    part record;
    moved bigint;
BEGIN
    FOR references_to_it IN
        SELECT conrelid::regclass AS child, conname, pg_get_constraintdef(oid) AS definition, convalidated,
               obj_description(oid, 'pg_constraint') AS comment
        FROM pg_constraint WHERE confrelid = parent AND contype = 'f' AND conparentid = 0
    LOOP
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', references_to_it.child, references_to_it.conname);
        recreate := recreate || format(
            'ALTER TABLE %s ADD CONSTRAINT %I %s %s', references_to_it.child, references_to_it.conname, references_to_it.definition,
            CASE WHEN references_to_it.convalidated THEN 'NOT VALID' END
        );
        IF references_to_it.comment IS NOT NULL THEN
            recreate := recreate || format(
                'COMMENT ON CONSTRAINT %I ON %s IS %L', references_to_it.conname, references_to_it.child, references_to_it.comment
            );
        END IF;
        RAISE NOTICE 'Of % the foreign key % counts for new rows at once, for all after VALIDATE CONSTRAINT.',
            references_to_it.child, references_to_it.conname;
    END LOOP;
    FOR part IN
        SELECT tgrelid::regclass AS relation, tgname, tgenabled FROM pg_trigger
        WHERE tgrelid IN (SELECT source UNION SELECT relid FROM pg_partition_tree(source)) AND NOT tgisinternal AND tgenabled <> 'D'
    LOOP
        EXECUTE format('ALTER TABLE %s DISABLE TRIGGER %I', part.relation, part.tgname);
        enable := enable || format(
            'ALTER TABLE %s ENABLE %s TRIGGER %I', part.relation,
            CASE part.tgenabled WHEN 'A' THEN 'ALWAYS' WHEN 'R' THEN 'REPLICA' END, part.tgname
        );
    END LOOP;
    SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) INTO columns
    FROM pg_attribute WHERE attrelid = parent AND attnum > 0 AND NOT attisdropped AND attgenerated = '';
    EXECUTE format(
        'WITH moved AS (DELETE FROM %s WHERE %s RETURNING %s) INSERT INTO %s (%s) SELECT %s FROM moved',
        source, inside, columns, target, columns, columns
    );
    GET DIAGNOSTICS moved = ROW_COUNT;
    FOREACH statement IN ARRAY recreate || enable LOOP
        EXECUTE statement;
    END LOOP;
    RETURN moved;
END
$function$;
