CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $cascade$
DECLARE
    affected bigint;
BEGIN
    IF OLD.deleted_at IS NULL THEN
        -- Waits for those who are pointing at this row, and makes those wait who want to.
        PERFORM FROM {{parent}} WHERE {{key}} = NEW.{{key}} FOR UPDATE;
        UPDATE {{marked}} AS dependant SET deleted_at = NEW.deleted_at, deletion_id = NEW.deletion_id
        WHERE {{of_parent}} AND dependant.deleted_at IS NULL;
    ELSIF NEW.deleted_at IS NOT NULL THEN
        -- Handed over to another batch, with what depends on it.
        UPDATE {{marked}} AS dependant SET deletion_id = NEW.deletion_id
        WHERE {{of_parent}} AND dependant.deletion_id = OLD.deletion_id;
        RETURN NULL;
    ELSE{{hand_over}}
        UPDATE {{marked}} AS dependant SET deleted_at = NULL, deletion_id = NULL
        WHERE {{of_parent}} AND dependant.deletion_id = OLD.deletion_id{{others_alive}};
    END IF;
    GET DIAGNOSTICS affected = ROW_COUNT;
    IF affected > 0 THEN
        PERFORM schemapatterns.soft_delete_count({{marked_name}}, affected);
    END IF;
    RETURN NULL;
END
$cascade$;
