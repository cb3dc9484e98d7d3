
    IF TG_OP <> 'DELETE' THEN
        PERFORM FROM {{table}} AS owner WHERE owner.{{key}} = NEW.{{owner}} FOR KEY SHARE;
        IF NOT FOUND THEN
            RAISE EXCEPTION 'There is no row of % for a version of %.', {{table_name}}, {{history_name}}
                USING ERRCODE = 'foreign_key_violation', TABLE = {{history_name}}, COLUMN = {{owner_name}},
                      CONSTRAINT = 'period_owner', DETAIL = format('Key (%s)=(%s).', {{owner_name}}, NEW.{{owner}});
        END IF;
    END IF;
