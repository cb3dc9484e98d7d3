-- The lowest UUIDv7 of a moment's millisecond: the ids that were made before it are lower.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.uuid7_at(at timestamptz) RETURNS uuid
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $function$
    SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '70008000000000000000')::uuid
$function$;
