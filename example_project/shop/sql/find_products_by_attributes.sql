CREATE FUNCTION find_products_by_attributes(wanted jsonb) RETURNS SETOF products
LANGUAGE sql STABLE AS $$
    SELECT * FROM products WHERE deleted_at IS NULL AND attributes @> wanted
$$
