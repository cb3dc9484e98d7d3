-- What came back or was never sent is not sold.
SELECT
    products.id AS product_id,
    products.sku,
    products.name,
    count(DISTINCT orders.id) AS orders,
    coalesce(sum(order_items.quantity), 0) AS units,
    coalesce(sum(order_items.total_price), 0) AS revenue,
    max(orders.created_at) AS last_sold_at
FROM products
JOIN order_items ON order_items.product_id = products.id
JOIN orders ON orders.id = order_items.order_id AND orders.status NOT IN ('cancelled', 'refunded')
GROUP BY products.id
