-- A version was written by hand: at the end its owner must be there, and not be deleted meanwhile.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.{{owner}} IS NOT DISTINCT FROM OLD.{{owner}} THEN
        RETURN NULL;
    END IF;
    -- A delete that goes by an older snapshot would pass a lock, but not a row that was written since.
    UPDATE {{table}} AS owner SET {{touched}} = owner.{{touched}}
    WHERE owner.{{key}} = NEW.{{owner}} AND NOT schemapatterns.is_own_row(owner.xmin);
    IF FOUND OR EXISTS (SELECT FROM {{table}} AS owner WHERE owner.{{key}} = NEW.{{owner}}) THEN
        RETURN NULL;
    END IF;
    -- Deleted or given to another owner since, it points at nothing any more.
    IF EXISTS (SELECT FROM {{history}} AS version WHERE version.{{owner}} = NEW.{{owner}}) THEN
        RAISE EXCEPTION 'There is no row of % for a version of %.', {{table_name}}, {{history_name}}
            USING ERRCODE = 'foreign_key_violation', TABLE = {{history_name}}, COLUMN = {{owner_name}},
                  CONSTRAINT = 'period_owner', DETAIL = format('Key (%s)=(%s).', {{owner_name}}, NEW.{{owner}});
    END IF;
    RETURN NULL;
END
{{quotes}};
