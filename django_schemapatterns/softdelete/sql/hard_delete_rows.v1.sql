-- Delete for good the rows that a condition picks, and before them what depends on them, alive or not.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.hard_delete_rows(relation regclass, condition text, depth integer) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT -- the tables that depend are named as migrations name them
AS $function$
DECLARE
    dependant record;
    wanted text;
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
        -- The cascade triggers tell in their arguments who depends on a table: child, column, key.
        SELECT string_to_array(encode(tgargs, 'escape'), '\000') AS argument
        FROM pg_trigger WHERE tgrelid = relation AND tgname LIKE 'pgtrigger\_soft\_delete\_cascade\_%'
    LOOP
        wanted := format('%I IN (SELECT %I FROM %s WHERE %s)', dependant.argument[2], dependant.argument[3], relation, condition);
        total := total + schemapatterns.hard_delete_rows(dependant.argument[1]::regclass, wanted, depth + 1);
    END LOOP;
    EXECUTE format('DELETE FROM %s WHERE %s', relation, condition);
    GET DIAGNOSTICS deleted = ROW_COUNT;
    RETURN total + deleted;
END
$function$;
