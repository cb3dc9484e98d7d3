-- Let nobody read or write the partitions of a table with row security directly: there its policies do not hold.
-- SELECT schemapatterns.protect_partitions('orders');
-- Whoever goes through the table does not notice. Returns how many partitions were open.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.protect_partitions(parent regclass) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    child regclass;
    closed integer := 0;
BEGIN
    IF NOT (SELECT relrowsecurity FROM pg_class WHERE oid = parent) THEN
        RETURN 0;
    END IF;
    FOR child IN
        SELECT tree.relid FROM pg_partition_tree(parent) AS tree JOIN pg_class ON pg_class.oid = tree.relid
        WHERE tree.relid <> parent AND NOT (relrowsecurity AND relforcerowsecurity)
    LOOP
        EXECUTE format('ALTER TABLE %s ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY', child);
        closed := closed + 1;
    END LOOP;
    RETURN closed;
END
$function$;
