-- Decrypts what encrypt_sensitive_data() has made, and raises an error for anything else.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.decrypt_sensitive_data(encrypted bytea, passphrase text) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    RETURN {{pgcrypto}}.pgp_sym_decrypt(encrypted, passphrase);
END
$function$;
