-- Delete for good the rows that a condition picks, and before them what depends on them, alive or not.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.hard_delete_rows(relation regclass, condition text, depth integer) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT -- the tables that depend are named as migrations name them
AS $function$
DECLARE
    dependant record;
    target text;
    wanted text;
    keys text;
    some_rows boolean;
    deleted bigint;
    total bigint := 0;
BEGIN
    EXECUTE format('SELECT EXISTS (SELECT FROM %s WHERE %s)', relation, condition) INTO some_rows;
    IF NOT some_rows THEN
        RETURN 0;
    END IF;
    IF depth > 50 THEN
        RAISE EXCEPTION 'Rows of % depend on each other in a circle or more than 50 levels deep.', relation
            USING ERRCODE = 'program_limit_exceeded', HINT = 'Delete them with Model.hard_delete().';
    END IF;
    FOR dependant IN
        -- The triggers tell in their arguments who depends on a table: child, column, key, and where its marks are.
        SELECT tgname, tgrelid::regclass AS child, ARRAY(
            SELECT convert_from(decode(part, 'escape'), getdatabaseencoding())
            FROM unnest(string_to_array(encode(tgargs, 'escape'), '\000')) WITH ORDINALITY AS parts (part, place)
            ORDER BY place
        ) AS argument
        FROM pg_trigger
        WHERE NOT tgisinternal AND (
            tgrelid = relation AND tgname LIKE 'pgtrigger\_soft\_delete\_cascade\_%'
            OR tgname LIKE 'pgtrigger\_soft\_delete\_guard\_child\_%'
               AND tgrelid IN (SELECT conrelid FROM pg_constraint WHERE confrelid = relation AND contype = 'f')
        )
        ORDER BY tgname
    LOOP
        IF dependant.tgname LIKE 'pgtrigger\_soft\_delete\_guard%' THEN
            wanted := format('%I IN (SELECT %I FROM %s WHERE %s)', dependant.argument[4],
                (SELECT attname FROM pg_index JOIN pg_attribute ON attrelid = indrelid AND attnum = indkey[0]
                 WHERE indrelid = relation AND indisprimary), relation, condition);
            target := dependant.child::text;
        ELSE
            wanted := format('%I IN (SELECT %I FROM %s WHERE %s)',
                             dependant.argument[2], dependant.argument[3], relation, condition);
            target := dependant.argument[1];
            IF dependant.argument[4] <> '' THEN
                -- The part of the row that leads to it is deleted first.
                EXECUTE format('SELECT array_agg(%I)::text FROM %s WHERE %s', dependant.argument[6], target, wanted)
                INTO keys;
                target := dependant.argument[4];
                wanted := format('%I = ANY (%L::%s[])', dependant.argument[5], keys, (
                    SELECT format_type(atttypid, atttypmod) FROM pg_attribute
                    WHERE attrelid = target::regclass AND attname = dependant.argument[5]
                ));
            END IF;
        END IF;
        total := total + schemapatterns.hard_delete_rows(target::regclass, wanted, depth + 1);
    END LOOP;
    EXECUTE format('DELETE FROM %s WHERE %s', relation, condition);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN total + deleted;
END
$function$;
