-- What the transaction was told of whoever acts, if a signature proves that the application told it: to this
-- backend, and at most a minute before the transaction began. It takes the place of the function that believes all.
-- app.context_signature is `key:second:backend:HMAC-SHA256`, of what context/signing.py composes.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.context_setting(name text) RETURNS text
LANGUAGE plpgsql STABLE PARALLEL RESTRICTED SECURITY DEFINER SET search_path = pg_catalog, pg_temp
AS $function$
DECLARE
    user_id constant text := coalesce(current_setting('app.current_user_id', true), '');
    tenant_id constant text := coalesce(current_setting('app.current_tenant_id', true), '');
    request_id constant text := coalesce(current_setting('app.request_id', true), '');
    data constant text := coalesce(current_setting('app.context', true), '');
    signature constant text[] := string_to_array(current_setting('app.context_signature', true), ':');
    key schemapatterns.context_key;
    message bytea;
    refusal text;
BEGIN
    IF name NOT IN ('app.current_user_id', 'app.current_tenant_id', 'app.request_id', 'app.context') THEN
        RAISE insufficient_privilege USING MESSAGE = format('%L is no setting of the context.', name);
    END IF;
    IF user_id = '' AND tenant_id = '' AND request_id = '' AND data = '' THEN
        RETURN ''; -- nobody acts, and nobody may do so without a signature
    END IF;
    SELECT * INTO key FROM schemapatterns.context_key WHERE id = signature[1];
    message := convert_to(
        format(
            '%s:%s:%s|%s:%s|%s:%s|%s:%s|%s:%s', signature[1], signature[2], signature[3],
            length(user_id), user_id, length(tenant_id), tenant_id, length(request_id), request_id, length(data), data
        ),
        'UTF8'
    );
    IF (encode(sha256(key.outer_block || sha256(key.inner_block || message)), 'hex') = signature[4]) IS NOT TRUE THEN
        refusal := CASE
            WHEN signature IS NULL THEN 'it has no signature'
            WHEN key.id IS NULL THEN format('it is signed with the key %L, which is not known here', signature[1])
            ELSE 'its signature is wrong'
        END;
    ELSIF signature[3] NOT IN ('0', pg_backend_pid()::text) THEN
        refusal := format('it was signed for backend %s, and this is %s', signature[3], pg_backend_pid());
    ELSIF to_timestamp(signature[2]::bigint) NOT BETWEEN now() - interval '1 minute' AND clock_timestamp() + interval '1 minute' THEN
        refusal := format('it was signed at %s, and it is %s', to_timestamp(signature[2]::bigint), now());
    END IF;
    IF refusal IS NOT NULL THEN
        RAISE insufficient_privilege USING
            MESSAGE = format('The context is not believed: %s.', refusal),
            CONSTRAINT = 'schemapatterns_signature',
            HINT = 'SCHEMAPATTERNS["CONTEXT_KEYS"] must hold a key that the database knows; `manage.py signed_context '
                'status` tells. Behind a pooler that shares backends set SCHEMAPATTERNS["CONTEXT_BINDING"] to "time".';
    END IF;
    RETURN CASE name
        WHEN 'app.current_user_id' THEN user_id
        WHEN 'app.current_tenant_id' THEN tenant_id
        WHEN 'app.request_id' THEN request_id
        ELSE data
    END;
END
$function$;
