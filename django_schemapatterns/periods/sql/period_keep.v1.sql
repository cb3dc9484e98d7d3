-- A version was changed or deleted: keep what it has said, as what was believed until then.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
BEGIN
    IF TG_OP = 'DELETE' AND {{goes_along}} THEN
        RETURN NULL;
    ELSIF OLD.superseded_at IS NOT NULL AND (
        TG_OP = 'DELETE' OR {{restated}} OR NEW.superseded_at IS DISTINCT FROM OLD.superseded_at
        OR NEW.recorded_at <> OLD.recorded_at
    ) THEN
        RAISE EXCEPTION 'A superseded version of % is what was believed once, and stays.', {{history_name}}
            USING ERRCODE = 'check_violation', TABLE = {{history_name}}, CONSTRAINT = 'period_belief',
                  DETAIL = format('Key (%s)=(%s).', {{owner_name}}, OLD.{{owner}}),
                  HINT = 'Correct the version that has taken its place.';
    ELSIF OLD.superseded_at IS NOT NULL OR TG_OP = 'UPDATE' AND NOT ({{restated}}) THEN
        RETURN NULL;
    ELSIF TG_OP = 'UPDATE' AND pg_trigger_depth() > 1 AND OLD.recorded_at >= transaction_timestamp() THEN
        RETURN NULL; -- one of several steps, of which the last is kept
    END IF;
    INSERT INTO {{history}} ({{kept}}, superseded_at)
    VALUES ({{kept_values}}, CASE TG_OP WHEN 'UPDATE' THEN NEW.recorded_at ELSE clock_timestamp() END);
    RETURN NULL;
END
{{quotes}};
