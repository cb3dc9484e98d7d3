-- Keep a partition of the audit log append-only after it was detached, as it was before.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.guard_audit_partition(partition regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER detached_append_only_rows BEFORE UPDATE OR DELETE ON %s '
        'FOR EACH ROW EXECUTE FUNCTION schemapatterns.audit_refuse()', partition);
    EXECUTE format(
        'CREATE OR REPLACE TRIGGER detached_append_only_table BEFORE TRUNCATE ON %s '
        'FOR EACH STATEMENT EXECUTE FUNCTION schemapatterns.audit_refuse()', partition);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER detached_append_only_rows', partition);
    EXECUTE format('ALTER TABLE %s ENABLE ALWAYS TRIGGER detached_append_only_table', partition);
END
$function$;
