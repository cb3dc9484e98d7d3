-- A row was deleted: so are its versions.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
BEGIN
    DELETE FROM {{history}} WHERE {{owner}} = OLD.{{key}};
    RETURN NULL;
END
{{quotes}};
