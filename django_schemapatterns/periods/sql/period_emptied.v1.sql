-- All rows were taken away: so are their versions.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT
AS {{quotes}}
BEGIN
    DELETE FROM {{history}};
    RETURN NULL;
END
{{quotes}};
