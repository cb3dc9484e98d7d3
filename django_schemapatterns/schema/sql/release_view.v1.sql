DO $release$
DECLARE
    view CONSTANT pg_catalog.regclass := {{view}};
    columns text;
BEGIN
    -- Nothing of a table is in it, so that tables can change; the cast fails when somebody reads the view.
    SELECT pg_catalog.string_agg(
        pg_catalog.format(
            'NULL::%s%s AS %I', pg_catalog.format_type(atttypid, atttypmod),
            CASE WHEN attcollation <> typcollation THEN ' COLLATE ' || attcollation::pg_catalog.regcollation END,
            attname
        ), ', ' ORDER BY attnum
    ) INTO columns
    FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_type ON pg_type.oid = atttypid
    WHERE attrelid = view AND attnum > 0;
    EXECUTE pg_catalog.format(
        'CREATE OR REPLACE VIEW %s AS SELECT %s WHERE (%L::text)::boolean',
        view, columns, 'the view ' || view || ' is being changed by migrations'
    );
END
$release$
