-- The audit log with the columns of the classic audit table.
-- version: 1
CREATE OR REPLACE VIEW schemapatterns.audit_trail WITH (security_invoker = true) AS
SELECT
    id,
    table_name,
    record_id,
    CASE operation
        WHEN 'I' THEN 'INSERT'
        WHEN 'U' THEN 'UPDATE'
        WHEN 'D' THEN 'DELETE'
        WHEN 'T' THEN 'TRUNCATE'
        WHEN 'P' THEN 'PAUSE'
        WHEN 'M' THEN 'MAINTENANCE'
    END AS operation,
    schemapatterns.audit_old_values(operation, changes) AS old_values,
    schemapatterns.audit_new_values(operation, changes) AS new_values,
    schemapatterns.audit_changed_fields(operation, changes) AS changed_fields,
    user_id,
    ip_address,
    user_agent,
    created_at
FROM schemapatterns.audit_log;
