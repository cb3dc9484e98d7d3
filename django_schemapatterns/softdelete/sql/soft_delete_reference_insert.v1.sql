CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $reference$
DECLARE
    wanted {{type}}[] := ARRAY(SELECT DISTINCT {{column}} FROM new_rows WHERE {{column}} IS NOT NULL{{alive}});
    gone text;
BEGIN
    -- The lock that a foreign key takes: it waits while the other row is being deleted, and holds that up.
    PERFORM FROM {{parent}} WHERE {{key}} = ANY (wanted) FOR KEY SHARE;
    SELECT {{key}}::text INTO gone FROM {{parent}} WHERE {{key}} = ANY (wanted) AND deleted_at IS NOT NULL LIMIT 1;
    IF FOUND THEN
        PERFORM schemapatterns.refuse_reference({{table_name}}, {{column_name}}, {{parent_name}}, gone);
    END IF;
    RETURN NULL;
END
$reference$;
