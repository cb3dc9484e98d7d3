"""The search box of the products."""

from django.conf import settings
from django.db import migrations, models

import django_schemapatterns.constraints
import django_schemapatterns.fields
import django_schemapatterns.indexes


class Migration(migrations.Migration):
    dependencies = [
        ("schemapatterns", "0008_search"),
        ("shop", "0006_prove_product_attributes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="product",
            name="shop_product_active",
        ),
        migrations.RemoveConstraint(
            model_name="product",
            name="shop_product_deleted",
        ),
        migrations.RemoveIndex(
            model_name="product",
            name="products_search_idx",
        ),
        migrations.AlterField(
            model_name="product",
            name="search_vector",
            field=django_schemapatterns.fields.SearchVectorField(
                config="english",
                db_comment="What full-text search looks at; kept by the database",
                fields=["name", "description", "sku"],
                prefixes=True,
                weights={"name": "A", "sku": "B"},
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=django_schemapatterns.indexes.SearchIndex(
                "search_vector", condition=models.Q(("deleted_at__isnull", True)), name="products_search_idx"
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=django_schemapatterns.constraints.SoftDeleteView(
                columns=[
                    ("id", "bigint"),
                    ("created_at", "timestamp with time zone"),
                    ("updated_at", "timestamp with time zone"),
                    ("name", "varchar(255)"),
                    ("slug", "varchar(255)"),
                    ("sku", "varchar(100)"),
                    ("description", "text"),
                    ("short_description", "text"),
                    ("price", "numeric(10, 2)"),
                    ("compare_price", "numeric(10, 2)"),
                    ("cost_price", "numeric(10, 2)"),
                    ("weight", "numeric(8, 2)"),
                    ("dimensions", "jsonb"),
                    ("category_id", "bigint"),
                    ("brand_id", "bigint"),
                    ("vendor_id", "bigint"),
                    ("status", '"product_status"'),
                    ("visibility", '"product_visibility"'),
                    ("inventory_tracking", "boolean"),
                    ("inventory_quantity", "integer"),
                    ("low_stock_threshold", "integer"),
                    ("allow_backorder", "boolean"),
                    ("requires_shipping", "boolean"),
                    ("is_digital", "boolean"),
                    ("tax_class", "varchar(50)"),
                    ("featured", "boolean"),
                    ("tags", "text[]"),
                    ("attributes", "jsonb"),
                    ("seo_title", "varchar(255)"),
                    ("seo_description", "text"),
                    ("published_at", "timestamp with time zone"),
                    ("deleted_by", "bigint"),
                    ("deletion_reason", "text"),
                    ("search_vector", "tsvector"),
                ],
                name="shop_product_active",
                table="products",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=django_schemapatterns.constraints.SoftDeleteView(
                columns=[
                    ("id", "bigint"),
                    ("deleted_at", "timestamp with time zone"),
                    ("deletion_id", "uuid"),
                    ("created_at", "timestamp with time zone"),
                    ("updated_at", "timestamp with time zone"),
                    ("name", "varchar(255)"),
                    ("slug", "varchar(255)"),
                    ("sku", "varchar(100)"),
                    ("description", "text"),
                    ("short_description", "text"),
                    ("price", "numeric(10, 2)"),
                    ("compare_price", "numeric(10, 2)"),
                    ("cost_price", "numeric(10, 2)"),
                    ("weight", "numeric(8, 2)"),
                    ("dimensions", "jsonb"),
                    ("category_id", "bigint"),
                    ("brand_id", "bigint"),
                    ("vendor_id", "bigint"),
                    ("status", '"product_status"'),
                    ("visibility", '"product_visibility"'),
                    ("inventory_tracking", "boolean"),
                    ("inventory_quantity", "integer"),
                    ("low_stock_threshold", "integer"),
                    ("allow_backorder", "boolean"),
                    ("requires_shipping", "boolean"),
                    ("is_digital", "boolean"),
                    ("tax_class", "varchar(50)"),
                    ("featured", "boolean"),
                    ("tags", "text[]"),
                    ("attributes", "jsonb"),
                    ("seo_title", "varchar(255)"),
                    ("seo_description", "text"),
                    ("published_at", "timestamp with time zone"),
                    ("deleted_by", "bigint"),
                    ("deletion_reason", "text"),
                    ("search_vector", "tsvector"),
                ],
                name="shop_product_deleted",
                table="products",
            ),
        ),
    ]
