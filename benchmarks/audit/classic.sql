-- The audit trigger of many a schema: one function for all tables, the whole row twice in each entry.
CREATE FUNCTION classic_audit() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before jsonb := CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END;
    after jsonb := CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END;
BEGIN
    INSERT INTO shop_classiclog (
        table_name, record_id, operation, old_values, new_values, changed_fields, user_id, created_at
    ) VALUES (
        TG_TABLE_NAME,
        (coalesce(after, before) ->> 'id')::bigint,
        TG_OP,
        before,
        after,
        CASE TG_OP WHEN 'UPDATE' THEN ARRAY(
            SELECT key FROM jsonb_each(after) WHERE value IS DISTINCT FROM before -> key
        ) END,
        nullif(current_setting('app.current_user_id', true), '')::bigint,
        clock_timestamp()
    );
    RETURN NULL;
END
$$;
CREATE TRIGGER classic_audit AFTER INSERT OR UPDATE OR DELETE ON shop_classic
    FOR EACH ROW EXECUTE FUNCTION classic_audit();
