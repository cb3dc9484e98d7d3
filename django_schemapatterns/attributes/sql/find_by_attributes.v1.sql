-- The primary keys of the rows whose document contains the wanted attributes, found by a GIN index if there is one.
-- A key of several columns is a JSON array. An item of a list is wanted as a list: {"tags": ["new"]}.
-- SELECT * FROM products WHERE id IN (
--     SELECT key::bigint FROM schemapatterns.find_by_attributes('products', '{"color": "red"}') AS key);
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.find_by_attributes(relation regclass, wanted jsonb, field text DEFAULT 'attributes')
RETURNS SETOF text
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    columns text[];
    key text;
BEGIN
    IF jsonb_typeof(wanted) IS DISTINCT FROM 'object' OR wanted = '{}' THEN
        RAISE EXCEPTION 'Name at least one attribute, such as {"color": "red"}, not %.', coalesce(wanted::text, 'NULL')
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Every document contains an empty one.';
    END IF;
    SELECT array_agg(quote_ident(attname) ORDER BY place)
    INTO columns
    FROM pg_index
    CROSS JOIN LATERAL unnest(indkey) WITH ORDINALITY AS part (attnum, place)
    JOIN pg_attribute ON attrelid = indrelid AND pg_attribute.attnum = part.attnum
    WHERE indrelid = relation AND indisprimary;
    IF columns IS NULL THEN
        RAISE EXCEPTION 'Table % has no primary key.', relation USING ERRCODE = 'undefined_object';
    END IF;
    key := CASE WHEN cardinality(columns) = 1 THEN columns[1] || '::text'
                ELSE format('jsonb_build_array(%s)::text', array_to_string(columns, ', ')) END;
    RETURN QUERY EXECUTE format('SELECT %s FROM %s WHERE %I @> $1', key, relation, field) USING wanted;
END
$function$;
