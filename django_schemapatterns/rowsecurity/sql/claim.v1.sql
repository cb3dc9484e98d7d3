-- What else is known of whoever acts, by its name and of the type of the second argument; NULL if it is not.
-- SELECT schemapatterns.claim('department');
-- SELECT schemapatterns.claim('clearance', NULL::integer);
-- required: fail instead of returning NULL.
-- told: an argument, since a default is resolved here, and asks no USAGE of the schema from those who are under a policy.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.claim(
    name text,
    kind anyelement DEFAULT NULL::text,
    required boolean DEFAULT false,
    told text DEFAULT schemapatterns.context_setting('app.context')
) RETURNS anyelement
LANGUAGE plpgsql STABLE PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    given constant text := nullif(nullif(told, '')::jsonb ->> name, '');
BEGIN
    IF given IS NULL AND required THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('Whoever acts has no claim %L.', name),
            CONSTRAINT = 'schemapatterns_context',
            HINT = 'Give it to acting_as() of django_schemapatterns.context by its name.';
    END IF;
    RETURN given;
END
$function$;
