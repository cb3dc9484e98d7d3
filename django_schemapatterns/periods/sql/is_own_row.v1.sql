-- Tell of a row that is visible whether this very transaction, or a savepoint of it, has written it.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.is_own_row(row_xmin xid) RETURNS boolean
LANGUAGE plpgsql VOLATILE SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    own bigint := pg_current_xact_id()::text::bigint;
    distance bigint := (row_xmin::text::bigint - own) & 4294967295;
BEGIN
    IF distance >= 2147483648 THEN
        distance := distance - 4294967296;
    END IF;
    -- Nobody sees what others have not committed yet.
    RETURN pg_xact_status((own + distance)::text::xid8) = 'in progress';
END
$function$;
