-- What the transaction was told of whoever acts; '' or NULL if nothing. Whatever the session says is believed.
-- SELECT schemapatterns.context_setting('app.current_user_id');
-- One expression without SET, so that PostgreSQL puts it in the place of each call.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.context_setting(name text) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE
AS $function$ SELECT pg_catalog.current_setting(name, true) $function$;
