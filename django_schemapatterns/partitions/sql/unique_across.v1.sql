-- Keep the values that must be unique in all partitions of a table together.
-- version: 1
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
AS {{quotes}}
BEGIN
    {{body}}
    RETURN NULL;
END
{{quotes}};
