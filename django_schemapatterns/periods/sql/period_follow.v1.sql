-- A version was written by hand: let the owner follow the one that is in force now.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
#variable_conflict use_variable
DECLARE
    one record;
    gone boolean;
    last record;
BEGIN
    IF TG_OP = 'INSERT' AND (NEW.pending{{superseded}}) THEN
        RETURN NULL; -- scheduled
    END IF;
    FOR one IN
        SELECT OLD.{{owner}} AS key WHERE TG_OP <> 'INSERT' UNION SELECT NEW.{{owner}} WHERE TG_OP <> 'DELETE'
    LOOP
        SELECT {{gone}} INTO gone FROM {{table}} AS owner WHERE owner.{{key}} = one.key FOR NO KEY UPDATE;
        CONTINUE WHEN NOT FOUND; -- about which a foreign key has its say
        SELECT found.* INTO last FROM (SELECT one.key AS {{key}}) AS owner CROSS JOIN LATERAL (
{{last}}
        ) AS found;
        IF coalesce(last.ended, true) <> gone THEN
            RAISE EXCEPTION 'A row of % would be % a version of % in force.', {{table_name}},
                CASE WHEN gone THEN 'gone, and have' ELSE 'left without' END, {{history_name}}
                USING ERRCODE = 'check_violation', TABLE = {{history_name}}, CONSTRAINT = 'period_in_force',
                      DETAIL = format('Key (%s)=(%s).', {{owner_name}}, one.key),
                      HINT = 'Change the row itself: its versions follow.';
        END IF;
        UPDATE {{table}} AS owner SET {{follow}} WHERE owner.{{key}} = one.key AND NOT gone AND ({{differs}});
        UPDATE {{history}} AS version SET pending = false
        WHERE version.{{owner}} = one.key AND version.pending AND version.effective_from <= last.effective_from;
    END LOOP;
    RETURN NULL;
END
{{quotes}};
