CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SET search_path FROM CURRENT
AS $reference$
BEGIN
    -- At the end, when everything that comes back has come back: a cascade restores in any order.
    PERFORM FROM {{parent}} WHERE {{key}} = NEW.{{column}} FOR KEY SHARE;
    IF EXISTS (SELECT FROM {{parent}} WHERE {{key}} = NEW.{{column}} AND deleted_at IS NOT NULL)
        AND EXISTS (SELECT FROM {{child}} WHERE {{column}} = NEW.{{column}} AND deleted_at IS NULL)
    THEN
        PERFORM schemapatterns.refuse_reference({{table_name}}, {{column_name}}, {{parent_name}}, NEW.{{column}}::text);
    END IF;
    RETURN NULL;
END
$reference$;
