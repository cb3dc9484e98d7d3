-- The condition that picks one row by its primary key, its values given as text in the order of the key's columns.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.row_condition(relation regclass, key text[]) RETURNS text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    condition text;
    columns integer;
BEGIN
    SELECT string_agg(format('%I = %L::%s', attname, key[place], format_type(atttypid, atttypmod)), ' AND ' ORDER BY place),
           count(*)
    INTO condition, columns
    FROM pg_index
    CROSS JOIN LATERAL unnest(indkey) WITH ORDINALITY AS part (attnum, place)
    JOIN pg_attribute ON attrelid = indrelid AND pg_attribute.attnum = part.attnum
    WHERE indrelid = relation AND indisprimary;
    IF condition IS NULL THEN
        RAISE EXCEPTION 'Table % has no primary key.', relation USING ERRCODE = 'undefined_object';
    END IF;
    IF columns <> cardinality(key) OR array_position(key, NULL) IS NOT NULL THEN
        RAISE EXCEPTION 'The primary key of % has % columns, but the given key is %.', relation, columns, key
            USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN condition;
END
$function$;
