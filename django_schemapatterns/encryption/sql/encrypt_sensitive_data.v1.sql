-- Encrypts a text with a passphrase, as OpenPGP does; an opt-in, since the passphrase comes to the server.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.encrypt_sensitive_data(plaintext text, passphrase text) RETURNS bytea
LANGUAGE plpgsql VOLATILE STRICT PARALLEL SAFE SET search_path = pg_catalog, pg_temp
AS $function$
BEGIN
    IF length(passphrase) < 16 THEN
        RAISE EXCEPTION 'The passphrase must have 16 characters or more.' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    RETURN {{pgcrypto}}.pgp_sym_encrypt(
        plaintext, passphrase, 'cipher-algo=aes256, s2k-mode=3, s2k-digest-algo=sha256, compress-algo=0'
    );
END
$function$;
