CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER {{settings}}
-- The planner knows nothing of the rows that a statement changed. Left alone it sorts them, which takes longer than
-- to hash them, compiles what is done in no time, and plans five times anew what it then keeps.
SET enable_mergejoin = off SET jit = off SET plan_cache_mode = force_generic_plan
AS {{quotes}}
#variable_conflict use_column
DECLARE
    who record;
BEGIN
    IF {{idle}} THEN
        RETURN NULL;
    END IF;
    who := schemapatterns.audit_context();
    IF who.paused THEN
        RETURN NULL;
    END IF;
    INSERT INTO schemapatterns.audit_log (
        table_name, record_id, record_label, operation, changes, created_at, transaction_id, user_id, user_label,
        ip_address, user_agent, request_id, context, db_role, application_name, client_address
    )
    SELECT {{table_name}}, entry.record_id, entry.record_label, entry.operation, entry.changes,
           who.created_at, who.transaction_id, who.user_id, who.user_label, who.ip_address, who.user_agent,
           who.request_id, who.context, who.db_role, who.application_name, who.client_address
    FROM ({{entries}}) AS entry;
    RETURN NULL;
END
{{quotes}};

REVOKE ALL ON FUNCTION {{function}}() FROM PUBLIC;
