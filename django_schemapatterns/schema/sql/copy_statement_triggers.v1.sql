-- Give every partition of a table our statement triggers of the table, and return how many were made.
-- PostgreSQL clones row triggers only; a statement that names a partition fires no statement trigger of its parent.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.copy_statement_triggers(parent regclass) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    made integer := 0;
    wanted record;
BEGIN
    FOR wanted IN
        SELECT partition.relid::regclass AS relation,
               source.tgname AS old_name,
               regexp_replace(source.tgname, '^pgtrigger_', 'partition_') AS new_name,
               source.tgenabled AS enabled,
               pg_get_triggerdef(source.oid) AS definition
        FROM pg_partition_tree(parent) AS partition
        JOIN pg_trigger AS source ON source.tgrelid = parent
        JOIN pg_proc AS called ON called.oid = source.tgfoid AND called.pronamespace = 'schemapatterns'::regnamespace
        WHERE partition.relid <> parent
          AND NOT source.tgisinternal
          AND source.tgtype & 1 = 0 -- FOR EACH STATEMENT
          AND source.tgname LIKE 'pgtrigger\_%'
          AND NOT EXISTS (
              SELECT FROM pg_trigger AS present
              WHERE present.tgrelid = partition.relid
                AND present.tgname = regexp_replace(source.tgname, '^pgtrigger_', 'partition_')
                AND present.tgfoid = source.tgfoid
          )
    LOOP
        EXECUTE replace(
            replace(
                wanted.definition,
                format('CREATE TRIGGER %I ', wanted.old_name),
                format('CREATE OR REPLACE TRIGGER %I ', wanted.new_name)
            ),
            format(' ON %s ', parent),
            format(' ON %s ', wanted.relation)
        );
        IF wanted.enabled = 'A' THEN
            EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER %I', wanted.relation, wanted.new_name);
        END IF;
        made := made + 1;
    END LOOP;
    RETURN made;
END
$function$;
