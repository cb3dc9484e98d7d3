-- The items of a list as one text. array_to_string() is not immutable, since the text of some types may change; that of
-- text can not.
-- Generated columns keep what they got: a change of what this returns is a function of another name.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.search_list(items text[]) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN array_to_string(items, ' ');
