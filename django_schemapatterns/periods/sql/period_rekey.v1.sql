-- A row has got another key: so have its versions.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
BEGIN
    UPDATE {{history}} SET {{owner}} = NEW.{{key}} WHERE {{owner}} = OLD.{{key}};
    RETURN NULL;
END
{{quotes}};
