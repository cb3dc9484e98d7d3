-- The values before an entry: the changed columns of an update, the whole row of a delete.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_old_values(operation text, changes json) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE operation
    WHEN 'U' THEN (SELECT jsonb_object_agg(key, value -> 0) FROM json_each(changes))
    WHEN 'D' THEN changes::jsonb
END;
