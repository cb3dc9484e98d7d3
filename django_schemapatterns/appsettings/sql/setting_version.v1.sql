-- A setting changes: give it the next version.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.setting_version() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    NEW.version := OLD.version + 1;
    RETURN NEW;
END
$function$;
