-- The texts and the numbers of a JSON document as one text; not its keys.
-- Generated columns keep what they got: a change of what this returns is a function of another name.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.search_json(document jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (
    SELECT string_agg(value #>> '{}', ' ' ORDER BY place)
    FROM jsonb_path_query(document, 'strict $.** ? (@.type() == "string" || @.type() == "number")')
         WITH ORDINALITY AS found (value, place)
);
