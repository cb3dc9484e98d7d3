-- Whether the value of a setting is of its kind, such that it can be cast to what the kind stands for.
-- version: 1
CREATE OR REPLACE FUNCTION schemapatterns.setting_fits(kind text, value jsonb) RETURNS boolean
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp SET DateStyle = 'ISO' SET IntervalStyle = 'postgres'
AS $function$
DECLARE
    content text := value #>> '{}';
    form text := jsonb_typeof(value);
BEGIN
    IF value IS NULL THEN
        RETURN true;
    END IF;
    RETURN coalesce(CASE kind
        WHEN 'text' THEN form = 'string'
        WHEN 'boolean' THEN form = 'boolean'
        WHEN 'json' THEN form IN ('object', 'array') AND NOT value @? '$.**{65}'
            AND NOT value @? '$.** ? (@.type() == "number" && (@ > 1e1000 || @ < -1e1000))'
        WHEN 'integer' THEN form = 'number' AND content ~ '^-?\d+$' AND content::bigint IS NOT NULL
        WHEN 'decimal' THEN form IN ('number', 'string') AND length(content) < 1010 AND content ~ '^-?\d+(\.\d+)?$' AND content::numeric IS NOT NULL
        WHEN 'date' THEN form = 'string' AND content ~ '^\d{4}-\d\d-\d\d$' AND content::date IS NOT NULL
        WHEN 'datetime' THEN form = 'string' AND content::timestamptz IS NOT NULL
            AND content ~ '^\d{4}-\d\d-\d\d[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)$'
        WHEN 'duration' THEN form = 'string' AND content::interval IS NOT NULL
            AND content ~ '^(-?\d{1,9} )?([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,6})?$'
    END, false);
EXCEPTION WHEN data_exception THEN
    RETURN false;
END
$function$;
