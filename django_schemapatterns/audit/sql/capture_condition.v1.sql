-- The function sees nothing but pg_catalog: a condition that needs more fails here, and not with every write.
DO {{quotes}}
DECLARE
    path text := current_setting('search_path');
    place text := (
        SELECT format('%I.%I', nspname, relname)
        FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace
        WHERE pg_class.oid = {{table}}::regclass
    );
BEGIN
    PERFORM set_config('search_path', 'pg_catalog, pg_temp', true);
    EXECUTE 'SELECT FROM (SELECT ' || {{missing}} || ') AS missing, LATERAL (SELECT FROM ' || place
        || ' AS "#row" WHERE ' || {{condition}} || ') AS found LIMIT 0';
    PERFORM set_config('search_path', path, true);
EXCEPTION WHEN undefined_function OR undefined_object OR ambiguous_function OR datatype_mismatch THEN
    RAISE EXCEPTION 'The audit condition of % can use nothing but what is in pg_catalog: %', place, SQLERRM;
END {{quotes}};
