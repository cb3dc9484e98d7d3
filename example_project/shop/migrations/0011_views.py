"""Views and functions of the shop."""

from django.db import migrations, models

from django_schemapatterns import database, operations


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0010_row_security"),
    ]

    operations = [
        migrations.CreateModel(
            name="ProductSales",
            fields=[
                ("product_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("sku", models.CharField(max_length=100)),
                ("name", models.CharField(max_length=255)),
                ("orders", models.BigIntegerField()),
                ("units", models.BigIntegerField()),
                ("revenue", models.DecimalField(decimal_places=2, max_digits=12)),
                ("last_sold_at", models.DateTimeField()),
            ],
            options={
                "verbose_name": "product sales",
                "verbose_name_plural": "product sales",
                "db_table": "product_sales",
                "managed": False,
                "default_permissions": ("view",),
            },
        ),
        operations.CreateObject(
            object=database.View(
                "product_sales",
                "-- What came back or was never sent is not sold.\nSELECT\n    products.id AS product_id,\n    products.sku,\n    products.name,\n    count(DISTINCT orders.id) AS orders,\n    coalesce(sum(order_items.quantity), 0) AS units,\n    coalesce(sum(order_items.total_price), 0) AS revenue,\n    max(orders.created_at) AS last_sold_at\nFROM products\nJOIN order_items ON order_items.product_id = products.id\nJOIN orders ON orders.id = order_items.order_id AND orders.status NOT IN ('cancelled', 'refunded')\nGROUP BY products.id",
            ),
        ),
        operations.CreateObject(
            object=database.View(
                "low_stock",
                'SELECT "products"."id" AS "id", "products"."sku" AS "sku", "products"."name" AS "name", "products"."inventory_quantity" AS "inventory_quantity", "products"."low_stock_threshold" AS "low_stock_threshold", "products"."vendor_id" AS "vendor_id" FROM "products" WHERE ("products"."deleted_at" IS NULL AND "products"."inventory_quantity" <= ("products"."low_stock_threshold") AND "products"."inventory_tracking" AND "products"."status" = \'active\')',
            ),
        ),
        operations.CreateObject(
            object=database.Function(
                "find_products_by_attributes",
                'CREATE FUNCTION "find_products_by_attributes"(wanted jsonb) RETURNS SETOF products\nLANGUAGE sql STABLE AS $$\n    SELECT * FROM products WHERE deleted_at IS NULL AND attributes @> wanted\n$$',
            ),
        ),
    ]
