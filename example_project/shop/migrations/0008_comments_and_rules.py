"""Comments and rules of the tables."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import django_schemapatterns.fields


class Migration(migrations.Migration):
    dependencies = [
        ("shop", "0007_search"),
    ]

    operations = [
        migrations.AlterModelTableComment(
            name="brand",
            table_comment="The name a product is sold under.",
        ),
        migrations.AlterModelTableComment(
            name="category",
            table_comment="A node of the category tree.",
        ),
        migrations.AlterModelTableComment(
            name="contact",
            table_comment="An address, a telephone number and what the person owes.",
        ),
        migrations.AlterModelTableComment(
            name="order",
            table_comment="What a user bought at once, with its amounts and both addresses.",
        ),
        migrations.AlterModelTableComment(
            name="orderitem",
            table_comment="One line of an order; name, SKU and attributes stay as they were when it was bought.",
        ),
        migrations.AlterModelTableComment(
            name="productprice",
            table_comment="A price of a product from a moment on, until the next one.",
        ),
        migrations.AlterModelTableComment(
            name="productpromotion",
            table_comment="A discount on one product between two days, both included.",
        ),
        migrations.AlterModelTableComment(
            name="productvariant",
            table_comment="One size, colour or edition of a product, with its own stock.",
        ),
        migrations.AlterModelTableComment(
            name="vendor",
            table_comment="The company the shop buys from.",
        ),
        migrations.AlterField(
            model_name="category",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                db_comment="The category above; empty at the root",
                db_index=False,
                help_text="The category above; empty at the root",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="shop.category",
            ),
        ),
        migrations.AlterField(
            model_name="category",
            name="sort_order",
            field=models.IntegerField(
                db_comment="Position among its siblings",
                db_default=0,
                default=0,
                help_text="Position among its siblings",
            ),
        ),
        migrations.AlterField(
            model_name="contact",
            name="balance",
            field=django_schemapatterns.fields.PositiveDecimalField(
                db_comment="What the person owes",
                db_default=0,
                decimal_places=2,
                default=0,
                domain="positive_decimal_12_2",
                help_text="What the person owes",
                max_digits=12,
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="billing_country",
            field=models.CharField(
                blank=True,
                db_comment="ISO 3166-1 alpha-2",
                db_default="",
                default="",
                help_text="ISO 3166-1 alpha-2",
                max_length=2,
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="currency",
            field=models.CharField(
                db_comment="ISO 4217", db_default="USD", default="USD", help_text="ISO 4217", max_length=3
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="delivered_at",
            field=models.DateTimeField(
                blank=True,
                db_comment="When the parcel arrived",
                help_text="When the parcel arrived",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="discount_total",
            field=models.DecimalField(
                db_comment="Taken off the subtotal",
                db_default=0,
                decimal_places=2,
                default=0,
                help_text="Taken off the subtotal",
                max_digits=10,
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="internal_notes",
            field=models.TextField(
                blank=True,
                db_comment="Written by staff, never shown to the customer",
                db_default="",
                default="",
                help_text="Written by staff, never shown to the customer",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="notes",
            field=models.TextField(
                blank=True,
                db_comment="Written by the customer",
                db_default="",
                default="",
                help_text="Written by the customer",
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="order_number",
            field=models.CharField(
                db_comment="Printed on the invoice and the parcel",
                help_text="Printed on the invoice and the parcel",
                max_length=50,
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="shipped_at",
            field=models.DateTimeField(
                blank=True, db_comment="When the parcel left", help_text="When the parcel left", null=True
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="shipping_country",
            field=models.CharField(
                blank=True,
                db_comment="ISO 3166-1 alpha-2",
                db_default="",
                default="",
                help_text="ISO 3166-1 alpha-2",
                max_length=2,
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="total",
            field=models.DecimalField(
                db_comment="What the customer pays",
                db_default=0,
                decimal_places=2,
                default=0,
                help_text="What the customer pays",
                max_digits=10,
            ),
        ),
        migrations.AlterField(
            model_name="order",
            name="tracking_number",
            field=models.CharField(
                blank=True,
                db_comment="Of the carrier",
                db_default="",
                default="",
                help_text="Of the carrier",
                max_length=100,
            ),
        ),
        migrations.AlterField(
            model_name="orderitem",
            name="total_price",
            field=models.DecimalField(
                db_comment="Unit price times quantity",
                decimal_places=2,
                help_text="Unit price times quantity",
                max_digits=10,
            ),
        ),
        migrations.AlterField(
            model_name="orderitem",
            name="unit_price",
            field=models.DecimalField(
                db_comment="The price on the day of the order",
                decimal_places=2,
                help_text="The price on the day of the order",
                max_digits=10,
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="allow_backorder",
            field=models.BooleanField(
                db_comment="May be sold while there is none",
                db_default=False,
                default=False,
                help_text="May be sold while there is none",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="attributes",
            field=django_schemapatterns.fields.AttributesField(
                blank=True,
                db_comment="Free attributes such as colour and material",
                default=dict,
                help_text="Free attributes such as colour and material",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="compare_price",
            field=models.DecimalField(
                blank=True,
                db_comment="The crossed-out price, never below price",
                decimal_places=2,
                help_text="The crossed-out price, never below price",
                max_digits=10,
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="featured",
            field=models.BooleanField(
                db_comment="Shown on the front page",
                db_default=False,
                default=False,
                help_text="Shown on the front page",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="inventory_quantity",
            field=models.IntegerField(
                blank=True,
                db_comment="Null when the inventory is not tracked",
                db_default=0,
                default=0,
                help_text="Null when the inventory is not tracked",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="is_digital",
            field=models.BooleanField(
                db_comment="Is downloaded, not sent",
                db_default=False,
                default=False,
                help_text="Is downloaded, not sent",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="low_stock_threshold",
            field=models.IntegerField(
                db_comment="From this quantity on it is to be ordered again",
                db_default=5,
                default=5,
                help_text="From this quantity on it is to be ordered again",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="published_at",
            field=models.DateTimeField(
                blank=True,
                db_comment="Since when it is on sale",
                help_text="Since when it is on sale",
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="requires_shipping",
            field=models.BooleanField(
                db_comment="Something is to be sent",
                db_default=True,
                default=True,
                help_text="Something is to be sent",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="sku",
            field=models.CharField(
                db_comment="Stock keeping unit",
                help_text="Stock keeping unit",
                max_length=100,
                verbose_name="SKU",
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="tags",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.TextField(),
                blank=True,
                db_comment="Words to filter by",
                default=list,
                help_text="Words to filter by",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="tax_class",
            field=models.CharField(
                db_comment="Which tax is added",
                db_default="standard",
                default="standard",
                help_text="Which tax is added",
                max_length=50,
            ),
        ),
        migrations.AlterField(
            model_name="product",
            name="weight",
            field=models.DecimalField(
                blank=True,
                db_comment="Kilograms",
                decimal_places=2,
                help_text="Kilograms",
                max_digits=8,
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="productpromotion",
            name="discount_percent",
            field=models.DecimalField(
                db_comment="Above 0 and up to 100",
                decimal_places=2,
                help_text="Above 0 and up to 100",
                max_digits=5,
            ),
        ),
        migrations.AlterField(
            model_name="productpromotion",
            name="end_date",
            field=models.DateField(
                db_comment="The last day on which the discount is given",
                help_text="The last day on which the discount is given",
            ),
        ),
        migrations.AlterField(
            model_name="productvariant",
            name="price",
            field=models.DecimalField(
                blank=True,
                db_comment="Null: the price of the product",
                decimal_places=2,
                help_text="Null: the price of the product",
                max_digits=10,
                null=True,
            ),
        ),
        migrations.AlterField(
            model_name="productvariant",
            name="sku",
            field=models.CharField(
                db_comment="Stock keeping unit of the variant",
                help_text="Stock keeping unit of the variant",
                max_length=100,
                verbose_name="SKU",
            ),
        ),
        migrations.AlterField(
            model_name="vendor",
            name="code",
            field=models.CharField(
                db_comment="Supplier number in the accounts",
                help_text="Supplier number in the accounts",
                max_length=50,
            ),
        ),
        migrations.AlterField(
            model_name="vendor",
            name="country",
            field=models.CharField(
                blank=True,
                db_comment="ISO 3166-1 alpha-2",
                db_default="",
                default="",
                help_text="ISO 3166-1 alpha-2",
                max_length=2,
            ),
        ),
        migrations.AlterField(
            model_name="vendor",
            name="lead_time_days",
            field=models.PositiveSmallIntegerField(
                db_comment="Days until a delivery", db_default=7, default=7, help_text="Days until a delivery"
            ),
        ),
    ]
