-- Make a UUID that begins with the time, in milliseconds (RFC 9562, version 7).
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.uuid7(at timestamptz DEFAULT clock_timestamp()) RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $function$
    -- A random UUID is of version 4, 0100 in binary; two more bits make 0111 of it.
    SELECT encode(
        set_bit(
            set_bit(
                overlay(
                    uuid_send(gen_random_uuid())
                    PLACING substring(int8send(floor(extract(epoch FROM at) * 1000)::bigint) FROM 3)
                    FROM 1 FOR 6
                ),
                52, 1
            ),
            53, 1
        ),
        'hex'
    )::uuid
$function$;
