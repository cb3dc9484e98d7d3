CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $cascade$
DECLARE
    affected bigint;
BEGIN
    IF NEW.deleted_at IS NOT NULL THEN
        -- Waits for those who are pointing at this row, and makes those wait who want to.
        PERFORM FROM {{parent}} WHERE {{key}} = NEW.{{key}} FOR UPDATE;
        UPDATE {{child}} SET deleted_at = NEW.deleted_at, deletion_id = NEW.deletion_id
        WHERE {{column}} = NEW.{{key}} AND deleted_at IS NULL;
    ELSE{{hand_over}}
        UPDATE {{child}} AS child SET deleted_at = NULL, deletion_id = NULL
        WHERE child.{{column}} = NEW.{{key}} AND child.deletion_id = OLD.deletion_id{{others_alive}};
    END IF;
    GET DIAGNOSTICS affected = ROW_COUNT;
    PERFORM schemapatterns.soft_delete_count({{child_name}}, affected);
    RETURN NULL;
END
$cascade$;
