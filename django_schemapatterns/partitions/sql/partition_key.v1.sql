-- Write beside a foreign key to a partitioned table what says in which partition its row is.
-- version: 1
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
AS {{quotes}}
BEGIN
    IF NEW.{{column}} IS NULL THEN
        NEW.{{key}} := NULL;
    ELSIF NEW.{{key}} IS NULL OR (TG_OP = 'UPDATE' AND OLD.{{column}} IS DISTINCT FROM NEW.{{column}}) THEN
        SELECT parent.{{parent_key}} INTO NEW.{{key}} FROM {{parent}} AS parent WHERE parent.{{parent_id}} = NEW.{{column}};
        IF NOT FOUND THEN
            RAISE EXCEPTION 'insert or update on table "%" violates foreign key constraint %', TG_TABLE_NAME, {{constraint}}
                USING ERRCODE = 'foreign_key_violation', CONSTRAINT = {{constraint}}, TABLE = TG_TABLE_NAME, SCHEMA = TG_TABLE_SCHEMA,
                      DETAIL = format('No row of %s has the key %s.', {{parent_name}}, NEW.{{column}});
        END IF;
    END IF;
    RETURN NEW;
END
{{quotes}};
