-- Rows have changed: let versions start, but where the one in force says the same.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT {{planner}}
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    period_clock timestamptz := clock_timestamp();{{declared}}
BEGIN{{cancel}}{{again}}
    INSERT INTO {{history}} ({{owner}}, {{columns}}, effective_from, recorded_at, ended{{who_columns}})
    SELECT owner.{{key}}, {{values}}, moment.start, moment.start, {{gone}}{{who}}
    FROM new_rows AS owner
    LEFT JOIN LATERAL (
{{last}}
    ) AS last ON true
    CROSS JOIN LATERAL (
        SELECT greatest(period_clock, last.effective_from + interval '1 microsecond') AS start
    ) AS moment
    WHERE ({{gone}}) <> coalesce(last.ended, true)
       OR NOT ({{gone}}) AND ({{differs}}) AND NOT (last.pending AND EXISTS (
{{unmoved}}
       ));
    IF EXISTS (SELECT FROM {{history}} AS version WHERE version.pending AND version.effective_from <= period_clock) THEN
{{followed}}
    END IF;
    RETURN NULL;
END
{{quotes}};
