CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $protect$
BEGIN
    -- Waits for those who are pointing at this row, and makes those wait who want to.
    PERFORM FROM {{parent}} WHERE {{key}} = NEW.{{key}} FOR UPDATE;
    IF EXISTS (SELECT FROM {{child}} WHERE {{column}} = NEW.{{key}}{{alive}}){{still}} THEN
        RAISE EXCEPTION 'A row of % can not be deleted while rows of % point at it.', {{parent_name}}, {{child_name}}
            USING ERRCODE = 'restrict_violation', TABLE = {{parent_name}}, CONSTRAINT = {{rule}},
                  DETAIL = format('Key (%s)=(%s) is referenced from column "%s" of table "%s".',
                                  {{key_name}}, NEW.{{key}}, {{column_name}}, {{child_name}});
    END IF;
    RETURN NEW;
END
$protect$;
