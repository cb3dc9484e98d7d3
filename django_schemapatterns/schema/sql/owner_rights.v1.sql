-- Like a foreign key it works with the rights of the table's owner, whoever writes; so nobody else may call it, and
-- temporary tables come last.
REVOKE ALL ON FUNCTION {{function}}() FROM PUBLIC;
DO $rights$ BEGIN
    EXECUTE format(
        'ALTER FUNCTION {{function}}() SET search_path = %s',
        concat_ws(', ', nullif(current_setting('search_path'), ''), 'pg_temp')
    );
END $rights$;
