CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS $reference$
BEGIN
    -- The lock that a foreign key takes: it waits while the other row is being deleted, and holds that up.
    PERFORM FROM {{parent}} WHERE {{key}} = NEW.{{column}} FOR KEY SHARE;
    IF EXISTS (SELECT FROM {{parent}} WHERE {{key}} = NEW.{{column}} AND deleted_at IS NOT NULL){{moved_alive}} THEN
        PERFORM schemapatterns.refuse_reference({{table_name}}, {{column_name}}, {{parent_name}}, NEW.{{column}}::text);
    END IF;
    RETURN NULL;
END
$reference$;
