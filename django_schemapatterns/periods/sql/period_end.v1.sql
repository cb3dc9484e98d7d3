-- A row was deleted: its version ends, and none that is scheduled will start.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    period_clock timestamptz := clock_timestamp();
    last record;
    gone boolean := true;
BEGIN
    SELECT version.effective_from, version.ended INTO last
    FROM {{history}} AS version
    WHERE version.{{owner}} = OLD.{{key}}
      AND (version.effective_from <= period_clock OR version.recorded_at >= version.effective_from)
    ORDER BY version.effective_from DESC LIMIT 1;{{cancel}}
    IF coalesce(last.ended, true) THEN
        RETURN NULL;
    END IF;
    period_clock := greatest(period_clock, last.effective_from + interval '1 microsecond');
    INSERT INTO {{history}} ({{owner}}, {{columns}}, effective_from, recorded_at, ended{{who_columns}})
    VALUES (OLD.{{key}}, {{values}}, period_clock, period_clock, true{{who}});
    RETURN NULL;
END
{{quotes}};
