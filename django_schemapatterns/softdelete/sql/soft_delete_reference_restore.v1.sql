CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $reference$
BEGIN
    -- At the end, when everything that comes back has come back: a cascade restores in any order.
    PERFORM FROM {{parent}} WHERE {{key}} = {{target}} FOR KEY SHARE;
    IF EXISTS (SELECT FROM {{parent}} WHERE {{key}} = {{target}} AND deleted_at IS NOT NULL)
        AND EXISTS (SELECT FROM {{child}} WHERE {{column}} = {{target}}{{alive}})
    THEN
        PERFORM schemapatterns.refuse_reference({{table_name}}, {{column_name}}, {{parent_name}}, {{target}}::text);
    END IF;
    RETURN NULL;
END
$reference$;
