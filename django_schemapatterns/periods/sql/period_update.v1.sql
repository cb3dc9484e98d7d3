-- A row has changed: let a version start, unless the one in force says the same.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    period_clock timestamptz := clock_timestamp();
    last record;
    gone boolean := {{gone}};
BEGIN
    -- What was written when its moment had come is in force, even if the clock was put back since.
    SELECT version.effective_from, version.ended, {{last_columns}} INTO last
    FROM {{history}} AS version
    WHERE version.{{owner}} = NEW.{{key}}
      AND (version.effective_from <= period_clock OR version.recorded_at >= version.effective_from)
    ORDER BY version.effective_from DESC LIMIT 1;
    IF gone IS NOT DISTINCT FROM coalesce(last.ended, true) AND (gone OR NOT ({{differs}})) THEN
        RETURN NULL;
    END IF;{{cancel}}
    period_clock := greatest(period_clock, last.effective_from + interval '1 microsecond');{{steps}}
    INSERT INTO {{history}} ({{owner}}, {{columns}}, effective_from, recorded_at, ended{{who_columns}})
    VALUES (NEW.{{key}}, {{values}}, period_clock, period_clock, gone{{who}});
    RETURN NULL;
END
{{quotes}};
