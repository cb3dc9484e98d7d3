-- All versions at once are taken away: only together with their owners.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
BEGIN
    IF EXISTS (SELECT FROM {{table}} AS owner WHERE NOT ({{gone}})) THEN
        RAISE EXCEPTION 'Rows of % would be left without a version of % in force.', {{table_name}}, {{history_name}}
            USING ERRCODE = 'check_violation', TABLE = {{history_name}}, CONSTRAINT = 'period_in_force',
                  HINT = 'Truncate both tables in one statement.';
    END IF;
    RETURN NULL;
END
{{quotes}};
