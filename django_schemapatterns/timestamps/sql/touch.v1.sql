-- A row changes: note when. Arguments: the column for that, and {"column": null} of generated columns.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.touch() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    -- Queries, since an expression would remember the row's type while a transaction changes it.
    IF TG_NARGS > 1 THEN -- what is generated in NEW is computed later, and NULL here
        OLD := (SELECT jsonb_populate_record(OLD, TG_ARGV[1]::jsonb));
    END IF;
    IF OLD *= NEW THEN -- the bytes are compared: 1.0 is not 1.00, and json needs no equality
        RETURN NEW;
    END IF;
    IF TG_ARGV[0] = 'updated_at' THEN
        NEW.updated_at := statement_timestamp();
    ELSE
        NEW := (SELECT jsonb_populate_record(NEW, jsonb_build_object(TG_ARGV[0], statement_timestamp())));
    END IF;
    RETURN NEW;
END
$function$;
