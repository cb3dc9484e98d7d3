-- Rows were deleted: so are their versions.
CREATE OR REPLACE FUNCTION {{function}}() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT {{planner}} SET enable_hashjoin = off
AS {{quotes}}
BEGIN
    DELETE FROM {{history}} AS version USING old_rows AS owner WHERE version.{{owner}} = owner.{{key}};
    RETURN NULL;
END
{{quotes}};
