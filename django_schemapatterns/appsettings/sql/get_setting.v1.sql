-- The value of a setting, of the type of the default, which is returned for a missing row and one without a value.
-- SELECT schemapatterns.get_setting('shop', 'page_size', 20);
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.get_setting(category text, key text, default_value anyelement) RETURNS anyelement
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp
AS $function$
#variable_conflict use_column
DECLARE
    setting record;
    document jsonb;
    content text;
    found_value default_value%TYPE;
BEGIN
    SELECT id, value, is_secret INTO setting FROM schemapatterns.application_setting AS stored
    WHERE stored.category = get_setting.category AND stored.key = get_setting.key;
    document := setting.value;
    IF setting.is_secret THEN -- a role may read the one column and not the other
        SELECT secret_value INTO document FROM schemapatterns.application_setting AS stored WHERE stored.id = setting.id;
    END IF;
    IF document IS NULL THEN
        RETURN default_value;
    END IF;
    content := CASE
        WHEN pg_typeof(default_value) IN ('json'::regtype, 'jsonb'::regtype) THEN document::text
        WHEN jsonb_typeof(document) = 'array' AND pg_typeof(default_value)::text LIKE '%[]'
        THEN ARRAY(SELECT jsonb_array_elements_text(document))::text
        ELSE document #>> '{}'
    END;
    found_value := content;
    RETURN found_value;
EXCEPTION WHEN data_exception THEN
    RAISE EXCEPTION 'The setting %.% is no %.', category, key, pg_typeof(default_value)
        USING ERRCODE = SQLSTATE, HINT = 'Give a default of the type that the setting has: see its column kind.';
END
$function$;
