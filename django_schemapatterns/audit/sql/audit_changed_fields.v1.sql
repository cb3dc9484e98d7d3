-- The names of the columns that an update changed, in alphabetical order.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.audit_changed_fields(operation text, changes json) RETURNS text[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE operation
    WHEN 'U' THEN ARRAY(SELECT key FROM json_object_keys(changes) AS key ORDER BY key COLLATE "C")
END;
