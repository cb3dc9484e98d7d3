-- Who acts, as the transaction's setting app.current_user_id says, in the type of an argument; NULL where it can not be.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.period_actor(kind anyelement) RETURNS anyelement
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    $0 := nullif(current_setting('app.current_user_id', true), '');
    RETURN $0;
EXCEPTION WHEN data_exception OR check_violation THEN
    RETURN NULL;
END
$function$;
