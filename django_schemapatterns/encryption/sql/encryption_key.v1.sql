-- The id of the key that an encrypted value needs; NULL for what is no encrypted value. Nothing is proven.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.encryption_key(value bytea) RETURNS text
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
RETURN CASE
    WHEN length(value) > 5 AND substring(value FROM 1 FOR 3) = '\x535001'::bytea
    THEN encode(substring(value FROM 7 + get_byte(value, 3) FOR get_byte(value, 4)), 'escape')
END;
