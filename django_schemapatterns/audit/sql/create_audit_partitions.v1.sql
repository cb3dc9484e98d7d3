-- Make the monthly partitions of the audit log from this month to `ahead` months on; return how many were made.
-- Lines that wait in the default partition move to their month. Months are those of UTC.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.create_audit_partitions(ahead integer) RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET TimeZone = 'UTC'
AS $function$
DECLARE
    made integer := 0;
    low timestamptz;
    high timestamptz;
    name text;
    grantee text;
BEGIN
    IF (SELECT relkind FROM pg_class WHERE oid = 'schemapatterns.audit_log'::regclass) <> 'p' THEN
        RETURN 0;
    END IF;
    PERFORM pg_advisory_xact_lock(hashtextextended('schemapatterns.create_audit_partitions', 0));
    FOR low IN SELECT generate_series(0, ahead) * interval '1 month' + date_trunc('month', clock_timestamp()) LOOP
        high := low + interval '1 month';
        name := 'audit_log_' || to_char(low, 'YYYY_MM');
        CONTINUE WHEN to_regclass(format('schemapatterns.%I', name)) IS NOT NULL;
        -- Nobody writes into the default partition between the look into it and the end of this transaction.
        LOCK TABLE ONLY schemapatterns.audit_log IN SHARE UPDATE EXCLUSIVE MODE;
        LOCK TABLE schemapatterns.audit_log_default IN ACCESS EXCLUSIVE MODE;
        EXECUTE format('CREATE TABLE schemapatterns.%I (LIKE schemapatterns.audit_log INCLUDING DEFAULTS INCLUDING CONSTRAINTS)', name);
        -- Rights are those of the log, whatever ALTER DEFAULT PRIVILEGES gives to new tables.
        FOR grantee IN
            SELECT DISTINCT CASE acl.grantee WHEN 0 THEN 'PUBLIC' ELSE acl.grantee::regrole::text END
            FROM pg_class CROSS JOIN LATERAL aclexplode(relacl) AS acl
            WHERE pg_class.oid = format('schemapatterns.%I', name)::regclass AND acl.grantee <> relowner
        LOOP
            EXECUTE format('REVOKE ALL ON TABLE schemapatterns.%I FROM %s', name, grantee);
        END LOOP;
        IF EXISTS (SELECT FROM schemapatterns.audit_log_default WHERE created_at >= low AND created_at < high) THEN
            PERFORM schemapatterns.audit_maintenance('lines of the default partition move to ' || name);
            EXECUTE format(
                'WITH moved AS (DELETE FROM schemapatterns.audit_log_default WHERE created_at >= %L AND created_at < %L RETURNING *) '
                'INSERT INTO schemapatterns.%I SELECT * FROM moved', low, high, name);
            PERFORM set_config('schemapatterns.audit_maintained', '', true);
        END IF;
        EXECUTE format('ALTER TABLE schemapatterns.audit_log ATTACH PARTITION schemapatterns.%I FOR VALUES FROM (%L) TO (%L)', name, low, high);
        made := made + 1;
    END LOOP;
    PERFORM schemapatterns.copy_statement_triggers('schemapatterns.audit_log');
    RETURN made;
END
$function$;
