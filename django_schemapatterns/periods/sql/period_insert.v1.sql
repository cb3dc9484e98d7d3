-- Rows were inserted: let their first versions start.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT {{planner}}
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    period_clock timestamptz := clock_timestamp();{{declared}}
BEGIN
    INSERT INTO {{history}} ({{owner}}, {{columns}}, effective_from, recorded_at{{who_columns}})
    SELECT owner.{{key}}, {{values}}, moment.start, moment.start{{who}}
    FROM new_rows AS owner
    LEFT JOIN LATERAL (
{{last}}
    ) AS last ON true
    CROSS JOIN LATERAL (
        SELECT greatest(period_clock, last.effective_from + interval '1 microsecond') AS start
    ) AS moment
    WHERE NOT ({{gone}}) AND (last.effective_from IS NULL OR last.ended OR {{differs}});
    RETURN NULL;
END
{{quotes}};
