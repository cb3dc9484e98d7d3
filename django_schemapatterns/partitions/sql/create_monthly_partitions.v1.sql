-- Make the monthly partitions of a table from the month of one day to that before which another lies; return how many.
-- Rows that wait in the default partition move into them. Months are those of UTC; what is there already stays.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.create_monthly_partitions(parent regclass, first date, until date) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC' SET DateStyle = 'ISO'
AS $function$
DECLARE
    made integer := 0;
    low date;
    high date;
    is_uuid boolean;
    beside text;
    name text;
    head text;
BEGIN
    SELECT relname, atttypid = 'uuid'::regtype INTO beside, is_uuid
    FROM pg_class
    JOIN pg_partitioned_table ON partrelid = pg_class.oid
    LEFT JOIN pg_attribute ON attrelid = partrelid AND attnum = partattrs[0]
    WHERE pg_class.oid = parent;
    FOR low IN
        SELECT generate_series(date_trunc('month', first::timestamp), until - interval '1 day', interval '1 month')
    LOOP
        high := low + interval '1 month';
        name := beside || to_char(low, '_YYYY_MM');
        -- The same name that Python gives it: what is too long keeps its beginning and ends with a hash.
        IF octet_length(name) > 63 THEN
            head := name;
            WHILE octet_length(head) > 54 LOOP
                head := left(head, -1);
            END LOOP;
            name := head || '_' || left(encode(sha256(convert_to(name, 'UTF8')), 'hex'), 8);
        END IF;
        IF schemapatterns.create_partition(
            parent, name,
            CASE WHEN is_uuid THEN schemapatterns.uuid7_at(low)::text ELSE low::text END,
            CASE WHEN is_uuid THEN schemapatterns.uuid7_at(high)::text ELSE high::text END
        ) IS NOT NULL THEN
            made := made + 1;
        END IF;
    END LOOP;
    RETURN made;
END
$function$;
