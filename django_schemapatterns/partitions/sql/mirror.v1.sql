-- Write every change of a row to the copy of its table, too, until that takes the table's place.
-- version: 1
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = pg_catalog, pg_temp SET row_security = off
AS {{quotes}}
BEGIN
    IF TG_OP = 'TRUNCATE' THEN
        TRUNCATE {{copy}};
        RETURN NULL;
    END IF;
    IF TG_OP <> 'INSERT' THEN
        DELETE FROM {{copy}} WHERE {{same}};
    END IF;
    IF TG_OP <> 'DELETE' THEN
        INSERT INTO {{copy}} ({{columns}}) OVERRIDING SYSTEM VALUE VALUES ({{values}});
    END IF;
    RETURN NULL;
END
{{quotes}};
REVOKE ALL ON FUNCTION {{function}}() FROM PUBLIC;
DROP TRIGGER IF EXISTS {{trigger}} ON {{table}};
DROP TRIGGER IF EXISTS {{trigger_truncate}} ON {{table}};
CREATE TRIGGER {{trigger}} AFTER INSERT OR UPDATE OR DELETE ON {{table}} FOR EACH ROW EXECUTE FUNCTION {{function}}();
CREATE TRIGGER {{trigger_truncate}} AFTER TRUNCATE ON {{table}} FOR EACH STATEMENT EXECUTE FUNCTION {{function}}();
ALTER TABLE {{table}} ENABLE ALWAYS TRIGGER {{trigger}}, ENABLE ALWAYS TRIGGER {{trigger_truncate}};
