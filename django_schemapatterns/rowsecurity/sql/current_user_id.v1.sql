-- The primary key of the user who acts, of the type of the first argument; NULL for nobody.
-- SELECT schemapatterns.current_user_id();            -- bigint
-- SELECT schemapatterns.current_user_id(NULL::uuid);
-- required: fail instead of returning NULL.
-- told: an argument, since a default is resolved here, and asks no USAGE of the schema from those who are under a policy.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.current_user_id(
    kind anyelement DEFAULT NULL::bigint,
    required boolean DEFAULT false,
    told text DEFAULT schemapatterns.context_setting('app.current_user_id')
) RETURNS anyelement
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF coalesce(told, '') = '' AND required THEN
        RAISE insufficient_privilege USING
            MESSAGE = 'Nobody acts: app.current_user_id is not set.',
            CONSTRAINT = 'schemapatterns_context',
            HINT = 'Use acting_as() of django_schemapatterns.context, or its middleware.';
    END IF;
    RETURN nullif(told, '');
END
$function$;
