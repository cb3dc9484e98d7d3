-- All rows were taken away: their versions end, and none that is scheduled will start.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    period_clock timestamptz := clock_timestamp();{{declared}}
BEGIN
    DELETE FROM {{history}} AS version WHERE version.pending AND version.effective_from > period_clock;
    UPDATE {{history}} AS version SET pending = false WHERE version.pending;
    INSERT INTO {{history}} ({{owner}}, {{columns}}, effective_from, recorded_at, ended{{who_columns}})
    SELECT last.{{owner}}, {{last_values}}, moment.start, moment.start, true{{who}}
    FROM (
        SELECT DISTINCT ON (version.{{owner}}) version.* FROM {{history}} AS version WHERE true{{standing}}
        ORDER BY version.{{owner}}, version.effective_from DESC
    ) AS last
    CROSS JOIN LATERAL (
        SELECT greatest(period_clock, last.effective_from + interval '1 microsecond') AS start
    ) AS moment
    WHERE NOT last.ended;
    RETURN NULL;
END
{{quotes}};
