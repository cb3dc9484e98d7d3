-- A row is deleted or restored: keep its marks in step. Arguments: which column tells by whom, and which why, or ''.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.soft_delete_mark() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    context text := current_setting('app.context', true);
    deleted boolean := NEW.deleted_at IS NOT NULL;
BEGIN
    IF OLD.deleted_at IS NOT NULL AND deleted THEN
        NEW.deleted_at := OLD.deleted_at; -- deleted is deleted: the first time counts
        NEW.deletion_id := OLD.deletion_id;
        RETURN NEW;
    END IF;
    NEW.deletion_id := CASE WHEN deleted THEN
        coalesce(NEW.deletion_id, nullif(current_setting('schemapatterns.deletion_id', true), '')::uuid, gen_random_uuid())
    END;
    IF TG_ARGV[0] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(
            TG_ARGV[0], CASE WHEN deleted THEN nullif(current_setting('app.current_user_id', true), '') END
        ));
    END IF;
    IF TG_ARGV[1] <> '' THEN
        NEW := jsonb_populate_record(NEW, jsonb_build_object(
            TG_ARGV[1], CASE WHEN deleted AND context <> '' THEN context::jsonb ->> 'reason' END
        ));
    END IF;
    RETURN NEW;
END
$function$;
