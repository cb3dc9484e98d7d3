-- A version is written by hand: say by whom and why, and refuse moments that are none.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    moment timestamptz := NEW.effective_from;{{declared}}
BEGIN
    IF NOT isfinite(moment) THEN
        RAISE EXCEPTION 'A version of % can not start at %.', TG_TABLE_NAME, moment
            USING ERRCODE = 'datetime_field_overflow', SCHEMA = TG_TABLE_SCHEMA, TABLE = TG_TABLE_NAME,
                  COLUMN = 'effective_from', CONSTRAINT = 'period_moment',
                  HINT = 'Name the moment from which on it is in force.';
    END IF;
    NEW.pending := moment > clock_timestamp(){{only_now}};{{restating}}{{notes}}
    RETURN NEW;
END
{{quotes}};
