-- Rows were deleted: their versions end, and none that is scheduled will start.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT {{planner}} SET enable_hashjoin = off
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    period_clock timestamptz := clock_timestamp();{{declared}}
BEGIN
    DELETE FROM {{history}} AS version USING old_rows AS owner
    WHERE version.{{owner}} = owner.{{key}} AND version.pending AND version.effective_from > period_clock;
    UPDATE {{history}} AS version SET pending = false FROM old_rows AS owner
    WHERE version.{{owner}} = owner.{{key}} AND version.pending;
    INSERT INTO {{history}} ({{owner}}, {{columns}}, effective_from, recorded_at, ended{{who_columns}})
    SELECT owner.{{key}}, {{values}}, moment.start, moment.start, true{{who}}
    FROM old_rows AS owner
    CROSS JOIN LATERAL (
{{last}}
    ) AS last
    CROSS JOIN LATERAL (
        SELECT greatest(period_clock, last.effective_from + interval '1 microsecond') AS start
    ) AS moment
    WHERE NOT last.ended;
    RETURN NULL;
END
{{quotes}};
