-- The values after an entry: the changed columns of an update, the whole row of an insert.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_new_values(operation text, changes json) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE operation
    WHEN 'U' THEN (SELECT jsonb_object_agg(key, value -> 1) FROM json_each(changes))
    WHEN 'I' THEN changes::jsonb
END;
