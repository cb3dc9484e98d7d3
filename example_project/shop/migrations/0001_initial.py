import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.migrations
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations, models

import django_schemapatterns.operations
import example_project.database
import example_project.shop.models.catalog


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("schemapatterns", "0002_soft_delete"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        BtreeGistExtension(),
        migrations.CreateModel(
            name="Brand",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("slug", models.SlugField(db_index=False, max_length=255)),
                ("description", models.TextField(blank=True, db_default="", default="")),
                ("website", models.URLField(blank=True, db_default="", default="", max_length=255)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "db_table": "brands",
                "db_table_comment": "Names that products are sold under",
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("slug",), name="brands_slug_unique")],
            },
        ),
        migrations.CreateModel(
            name="Category",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("slug", models.SlugField(db_index=False, max_length=255)),
                ("description", models.TextField(blank=True, db_default="", default="")),
                (
                    "sort_order",
                    models.IntegerField(db_comment="Position among its siblings", db_default=0, default=0),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                ("meta_title", models.CharField(blank=True, db_default="", default="", max_length=255)),
                ("meta_description", models.TextField(blank=True, db_default="", default="")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        db_comment="The category above; empty at the root",
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="shop.category",
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "categories",
                "db_table": "categories",
                "db_table_comment": "The tree that products are sorted into",
                "ordering": ["sort_order", "name"],
            },
        ),
        migrations.CreateModel(
            name="Contact",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("email", models.EmailField(max_length=255)),
                (
                    "phone",
                    models.CharField(
                        max_length=21,
                        validators=[
                            django.core.validators.RegexValidator(
                                "^\\+?[0-9 ()-]{10,20}$", "Enter 10 to 20 digits, as in +49 30 1234567."
                            )
                        ],
                    ),
                ),
                (
                    "balance",
                    models.DecimalField(
                        db_default=0,
                        decimal_places=2,
                        default=0,
                        max_digits=12,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
            ],
            options={
                "db_table": "contacts",
                "db_table_comment": "People without an account",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("email__regex", "^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$")
                        ),
                        name="contacts_email_format",
                        violation_error_message="Enter a valid email address.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("phone__regex", "^\\+?[0-9 ()-]{10,20}$")),
                        name="contacts_phone_format",
                        violation_error_message="Enter 10 to 20 digits, as in +49 30 1234567.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("balance__gte", 0)),
                        name="contacts_balance_not_negative",
                        violation_error_message="The balance must not be negative.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Order",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                (
                    "billing_first_name",
                    models.CharField(blank=True, db_default="", default="", max_length=100),
                ),
                (
                    "billing_last_name",
                    models.CharField(blank=True, db_default="", default="", max_length=100),
                ),
                ("billing_company", models.CharField(blank=True, db_default="", default="", max_length=255)),
                (
                    "billing_address_line_1",
                    models.CharField(blank=True, db_default="", default="", max_length=255),
                ),
                (
                    "billing_address_line_2",
                    models.CharField(blank=True, db_default="", default="", max_length=255),
                ),
                ("billing_city", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("billing_state", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "billing_postal_code",
                    models.CharField(blank=True, db_default="", default="", max_length=20),
                ),
                (
                    "billing_country",
                    models.CharField(
                        blank=True, db_comment="ISO 3166-1 alpha-2", db_default="", default="", max_length=2
                    ),
                ),
                ("billing_phone", models.CharField(blank=True, db_default="", default="", max_length=20)),
                (
                    "shipping_first_name",
                    models.CharField(blank=True, db_default="", default="", max_length=100),
                ),
                (
                    "shipping_last_name",
                    models.CharField(blank=True, db_default="", default="", max_length=100),
                ),
                ("shipping_company", models.CharField(blank=True, db_default="", default="", max_length=255)),
                (
                    "shipping_address_line_1",
                    models.CharField(blank=True, db_default="", default="", max_length=255),
                ),
                (
                    "shipping_address_line_2",
                    models.CharField(blank=True, db_default="", default="", max_length=255),
                ),
                ("shipping_city", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("shipping_state", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "shipping_postal_code",
                    models.CharField(blank=True, db_default="", default="", max_length=20),
                ),
                (
                    "shipping_country",
                    models.CharField(
                        blank=True, db_comment="ISO 3166-1 alpha-2", db_default="", default="", max_length=2
                    ),
                ),
                ("shipping_phone", models.CharField(blank=True, db_default="", default="", max_length=20)),
                ("order_number", models.CharField(max_length=50)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "pending"),
                            ("processing", "processing"),
                            ("shipped", "shipped"),
                            ("delivered", "delivered"),
                            ("cancelled", "cancelled"),
                            ("refunded", "refunded"),
                            ("on_hold", "on hold"),
                        ],
                        db_default="pending",
                        default="pending",
                        max_length=20,
                    ),
                ),
                (
                    "currency",
                    models.CharField(db_comment="ISO 4217", db_default="USD", default="USD", max_length=3),
                ),
                ("subtotal", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=10)),
                ("tax_total", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=10)),
                (
                    "shipping_total",
                    models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=10),
                ),
                (
                    "discount_total",
                    models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=10),
                ),
                ("total", models.DecimalField(db_default=0, decimal_places=2, default=0, max_digits=10)),
                ("shipping_method", models.CharField(blank=True, db_default="", default="", max_length=100)),
                ("tracking_number", models.CharField(blank=True, db_default="", default="", max_length=100)),
                (
                    "notes",
                    models.TextField(
                        blank=True, db_comment="Written by the customer", db_default="", default=""
                    ),
                ),
                (
                    "internal_notes",
                    models.TextField(
                        blank=True,
                        db_comment="Written by staff, never shown to the customer",
                        db_default="",
                        default="",
                    ),
                ),
                ("shipped_at", models.DateTimeField(blank=True, null=True)),
                ("delivered_at", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "db_table": "orders",
                "db_table_comment": "What was bought, by whom, for how much",
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("slug", models.SlugField(db_index=False, max_length=255)),
                (
                    "sku",
                    models.CharField(db_comment="Stock keeping unit", max_length=100, verbose_name="SKU"),
                ),
                ("description", models.TextField(blank=True, db_default="", default="")),
                ("short_description", models.TextField(blank=True, db_default="", default="")),
                (
                    "price",
                    models.DecimalField(
                        decimal_places=2,
                        max_digits=10,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "compare_price",
                    models.DecimalField(
                        blank=True,
                        db_comment="The crossed-out price, never below price",
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                    ),
                ),
                (
                    "cost_price",
                    models.DecimalField(
                        blank=True,
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(0)],
                    ),
                ),
                (
                    "weight",
                    models.DecimalField(
                        blank=True, db_comment="Kilograms", decimal_places=2, max_digits=8, null=True
                    ),
                ),
                (
                    "dimensions",
                    models.JSONField(
                        blank=True,
                        db_comment='{"length": 10, "width": 5, "height": 2, "unit": "cm"}',
                        null=True,
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("draft", "draft"),
                            ("active", "active"),
                            ("inactive", "inactive"),
                            ("archived", "archived"),
                        ],
                        db_default="draft",
                        default="draft",
                        max_length=20,
                    ),
                ),
                (
                    "visibility",
                    models.CharField(
                        choices=[
                            ("visible", "visible"),
                            ("hidden", "hidden"),
                            ("catalog_only", "catalog only"),
                            ("search_only", "search only"),
                        ],
                        db_default="visible",
                        default="visible",
                        max_length=20,
                    ),
                ),
                ("inventory_tracking", models.BooleanField(db_default=True, default=True)),
                (
                    "inventory_quantity",
                    models.IntegerField(
                        blank=True,
                        db_comment="Null when the inventory is not tracked",
                        db_default=0,
                        default=0,
                        null=True,
                    ),
                ),
                ("low_stock_threshold", models.IntegerField(db_default=5, default=5)),
                ("allow_backorder", models.BooleanField(db_default=False, default=False)),
                ("requires_shipping", models.BooleanField(db_default=True, default=True)),
                ("is_digital", models.BooleanField(db_default=False, default=False)),
                ("tax_class", models.CharField(db_default="standard", default="standard", max_length=50)),
                ("featured", models.BooleanField(db_default=False, default=False)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.TextField(), blank=True, default=list, size=None
                    ),
                ),
                (
                    "attributes",
                    models.JSONField(
                        blank=True, db_comment="Free attributes such as colour and material", default=dict
                    ),
                ),
                ("seo_title", models.CharField(blank=True, db_default="", default="", max_length=255)),
                ("seo_description", models.TextField(blank=True, db_default="", default="")),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                ("deleted_at", models.DateTimeField(blank=True, editable=False, null=True)),
                (
                    "search_vector",
                    models.GeneratedField(
                        db_comment="What full-text search looks at; kept by the database",
                        db_persist=True,
                        expression=django.contrib.postgres.search.SearchVector(
                            "name", "description", "sku", config="english"
                        ),
                        output_field=django.contrib.postgres.search.SearchVectorField(),
                    ),
                ),
                (
                    "brand",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="shop.brand",
                    ),
                ),
                (
                    "category",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="shop.category",
                    ),
                ),
            ],
            options={
                "db_table": "products",
                "db_table_comment": "What the shop sells",
            },
        ),
        migrations.CreateModel(
            name="ProductPromotion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("discount_percent", models.DecimalField(decimal_places=2, max_digits=5)),
                ("start_date", models.DateField()),
                ("end_date", models.DateField(db_comment="The last day on which the discount is given")),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="promotions",
                        to="shop.product",
                    ),
                ),
            ],
            options={
                "db_table": "product_promotions",
                "db_table_comment": "Discounts for a time; a product has one at a time",
            },
        ),
        migrations.CreateModel(
            name="ProductVariant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                (
                    "sku",
                    models.CharField(
                        db_comment="Stock keeping unit of the variant", max_length=100, verbose_name="SKU"
                    ),
                ),
                (
                    "price",
                    models.DecimalField(
                        blank=True,
                        db_comment="Null: the price of the product",
                        decimal_places=2,
                        max_digits=10,
                        null=True,
                    ),
                ),
                ("attributes", models.JSONField(blank=True, default=dict)),
                ("inventory_quantity", models.IntegerField(db_default=0, default=0)),
                ("sort_order", models.IntegerField(db_default=0, default=0)),
                ("is_active", models.BooleanField(db_default=True, default=True)),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="variants",
                        to="shop.product",
                    ),
                ),
            ],
            options={
                "db_table": "product_variants",
                "db_table_comment": "Sizes, colours and editions of a product",
            },
        ),
        migrations.CreateModel(
            name="OrderItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("quantity", models.IntegerField(validators=[django.core.validators.MinValueValidator(1)])),
                ("unit_price", models.DecimalField(decimal_places=2, max_digits=10)),
                ("total_price", models.DecimalField(decimal_places=2, max_digits=10)),
                (
                    "product_name",
                    models.CharField(db_comment="The name on the day of the order", max_length=255),
                ),
                (
                    "product_sku",
                    models.CharField(db_comment="The SKU on the day of the order", max_length=100),
                ),
                (
                    "product_attributes",
                    models.JSONField(
                        blank=True, db_comment="The attributes on the day of the order", default=dict
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        auto_now_add=True, db_default=django.db.models.functions.datetime.Now()
                    ),
                ),
                (
                    "order",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="items",
                        to="shop.order",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="order_items",
                        to="shop.product",
                    ),
                ),
                (
                    "product_variant",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.RESTRICT,
                        related_name="order_items",
                        to="shop.productvariant",
                    ),
                ),
            ],
            options={
                "db_table": "order_items",
                "db_table_comment": "The lines of an order",
            },
        ),
        migrations.CreateModel(
            name="Vendor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(),
                        editable=False,
                        verbose_name="created at",
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        auto_now=True,
                        db_default=django.db.models.functions.datetime.Now(),
                        verbose_name="updated at",
                    ),
                ),
                ("name", models.CharField(max_length=255)),
                ("code", models.CharField(db_comment="Supplier number in the accounts", max_length=50)),
                ("email", models.EmailField(blank=True, db_default="", default="", max_length=255)),
                ("phone", models.CharField(blank=True, db_default="", default="", max_length=20)),
                (
                    "country",
                    models.CharField(
                        blank=True, db_comment="ISO 3166-1 alpha-2", db_default="", default="", max_length=2
                    ),
                ),
                (
                    "lead_time_days",
                    models.PositiveSmallIntegerField(
                        db_comment="Days until a delivery", db_default=7, default=7
                    ),
                ),
                ("is_active", models.BooleanField(db_default=True, default=True)),
            ],
            options={
                "db_table": "vendors",
                "db_table_comment": "Companies the shop buys from",
                "ordering": ["name"],
                "constraints": [models.UniqueConstraint(fields=("code",), name="vendors_code_unique")],
            },
        ),
        migrations.AddField(
            model_name="product",
            name="vendor",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="products",
                to="shop.vendor",
            ),
        ),
        migrations.AddIndex(
            model_name="category",
            index=models.Index(fields=["parent", "sort_order"], name="categories_tree_idx"),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.UniqueConstraint(fields=("slug",), name="categories_slug_unique"),
        ),
        migrations.AddConstraint(
            model_name="category",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("parent__isnull", True),
                    models.Q(("parent", models.F("id")), _negated=True),
                    _connector="OR",
                ),
                name="categories_not_own_parent",
                violation_error_message="A category cannot be its own parent.",
            ),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["user", "-created_at"], name="orders_user_history_idx"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(fields=["-created_at"], name="orders_created_idx"),
        ),
        migrations.AddIndex(
            model_name="order",
            index=models.Index(
                condition=models.Q(("status__in", ["pending", "processing", "on_hold"])),
                fields=["status", "created_at"],
                name="orders_open_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.UniqueConstraint(fields=("order_number",), name="orders_order_number_unique"),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("discount_total__gte", 0),
                    ("shipping_total__gte", 0),
                    ("subtotal__gte", 0),
                    ("tax_total__gte", 0),
                    ("total__gte", 0),
                ),
                name="orders_amounts_not_negative",
                violation_error_message="No amount of an order may be negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[A-Z]{3}$")),
                name="orders_currency_format",
                violation_error_message="Enter a currency as three capital letters.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("billing_country__regex", "^([A-Z]{2})?$"), ("shipping_country__regex", "^([A-Z]{2})?$")
                ),
                name="orders_country_format",
                violation_error_message="Enter a country as two capital letters.",
            ),
        ),
        migrations.AddConstraint(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        ["pending", "processing", "shipped", "delivered", "cancelled", "refunded", "on_hold"],
                    )
                ),
                name="orders_status_known",
                violation_error_message="Choose one of the known states.",
            ),
        ),
        migrations.AddIndex(
            model_name="productpromotion",
            index=models.Index(fields=["product", "start_date"], name="product_promotions_product_idx"),
        ),
        migrations.AddConstraint(
            model_name="productpromotion",
            constraint=models.CheckConstraint(
                condition=models.Q(("end_date__gte", models.F("start_date"))),
                name="product_promotions_ends_after_start",
                violation_error_message="The last day must not be before the first.",
            ),
        ),
        migrations.AddConstraint(
            model_name="productpromotion",
            constraint=models.CheckConstraint(
                condition=models.Q(("discount_percent__gt", 0), ("discount_percent__lte", 100)),
                name="product_promotions_discount_range",
                violation_error_message="Give a discount above 0 and up to 100 percent.",
            ),
        ),
        migrations.AddConstraint(
            model_name="productpromotion",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                expressions=[
                    ("product", "="),
                    (
                        example_project.shop.models.catalog.DateRange(
                            "start_date",
                            "end_date",
                            django.contrib.postgres.fields.ranges.RangeBoundary(inclusive_upper=True),
                        ),
                        "&&",
                    ),
                ],
                name="product_promotions_no_overlap",
                violation_error_message="This product already has a promotion in these days.",
            ),
        ),
        migrations.AddIndex(
            model_name="productvariant",
            index=models.Index(fields=["product", "sort_order"], name="product_variants_product_idx"),
        ),
        migrations.AddConstraint(
            model_name="productvariant",
            constraint=models.UniqueConstraint(fields=("sku",), name="product_variants_sku_unique"),
        ),
        migrations.AddConstraint(
            model_name="productvariant",
            constraint=models.CheckConstraint(
                condition=models.Q(("price__isnull", True), ("price__gte", 0), _connector="OR"),
                name="product_variants_price_not_negative",
                violation_error_message="The price must not be negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="productvariant",
            constraint=models.CheckConstraint(
                condition=models.Q(("inventory_quantity__gte", 0)),
                name="product_variants_inventory_not_negative",
                violation_error_message="The quantity must not be negative.",
            ),
        ),
        migrations.AddIndex(
            model_name="orderitem",
            index=models.Index(fields=["order"], name="order_items_order_idx"),
        ),
        migrations.AddIndex(
            model_name="orderitem",
            index=models.Index(fields=["product"], name="order_items_product_idx"),
        ),
        migrations.AddIndex(
            model_name="orderitem",
            index=models.Index(
                condition=models.Q(("product_variant__isnull", False)),
                fields=["product_variant"],
                name="order_items_variant_idx",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=example_project.database.DatabaseForeignKey(
                field="order", name="order_items_order_fk", on_delete="CASCADE"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=example_project.database.DatabaseForeignKey(
                field="product", name="order_items_product_fk", on_delete="RESTRICT"
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("quantity__gt", 0)),
                name="order_items_quantity_positive",
                violation_error_message="Order at least one.",
            ),
        ),
        migrations.AddConstraint(
            model_name="orderitem",
            constraint=models.CheckConstraint(
                condition=models.Q(("total_price__gte", 0), ("unit_price__gte", 0)),
                name="order_items_prices_not_negative",
                violation_error_message="Prices must not be negative.",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["category", "status"], name="products_category_status_idx"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["brand"], name="products_brand_idx"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(fields=["vendor"], name="products_vendor_idx"),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("status", "active")), fields=["price"], name="products_active_price_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(
                    ("inventory_quantity__lte", models.F("low_stock_threshold")), ("inventory_tracking", True)
                ),
                fields=["inventory_quantity"],
                name="products_low_stock_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=models.Index(
                condition=models.Q(("featured", True), ("status", "active")),
                fields=["-published_at"],
                name="products_featured_idx",
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["search_vector"], name="products_search_idx"
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["attributes"], name="products_attributes_idx", opclasses=["jsonb_path_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="product",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="products_tags_idx"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(fields=("slug",), name="products_slug_unique"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.UniqueConstraint(fields=("sku",), name="products_sku_unique"),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("price__gte", 0)),
                name="products_price_not_negative",
                violation_error_message="The price must not be negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("compare_price__isnull", True),
                    ("compare_price__gte", models.F("price")),
                    _connector="OR",
                ),
                name="products_compare_price_not_below_price",
                violation_error_message="The compare price must not be below the price.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("cost_price__isnull", True), ("cost_price__gte", 0), _connector="OR"),
                name="products_cost_price_not_negative",
                violation_error_message="The cost price must not be negative.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("inventory_quantity__isnull", True), ("inventory_tracking", False)),
                    models.Q(
                        ("inventory_quantity__gte", 0),
                        ("inventory_quantity__isnull", False),
                        ("inventory_tracking", True),
                    ),
                    _connector="OR",
                ),
                name="products_inventory_matches_tracking",
                violation_error_message="Tracked products need a quantity of 0 or more, others have none.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("status__in", ["draft", "active", "inactive", "archived"])),
                name="products_status_known",
                violation_error_message="Choose one of the known states.",
            ),
        ),
        migrations.AddConstraint(
            model_name="product",
            constraint=models.CheckConstraint(
                condition=models.Q(("visibility__in", ["visible", "hidden", "catalog_only", "search_only"])),
                name="products_visibility_known",
                violation_error_message="Choose one of the known visibilities.",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=["created_at", "description", "id", "is_active", "name", "slug", "website"],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_90f1fce0",
                table="brands",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=["created_at", "description", "id", "is_active", "name", "slug", "website"],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_update",
                pgid="pgtrigger_audit_update_67456587",
                table="brands",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=["created_at", "description", "id", "is_active", "name", "slug", "website"],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_a022534a",
                table="brands",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="brand",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_0dc98f31",
                table="brands",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=["balance", "email", "id", "phone"],
                key=["id"],
                label=["email"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_8164b3be",
                table="contacts",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=["balance", "email", "id", "phone"],
                key=["id"],
                label=["email"],
                name="audit_update",
                pgid="pgtrigger_audit_update_eb637c35",
                table="contacts",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=["balance", "email", "id", "phone"],
                key=["id"],
                label=["email"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_eaf2fc5d",
                table="contacts",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="contact",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_d139be59",
                table="contacts",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="vendor",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "code",
                    "country",
                    "created_at",
                    "email",
                    "id",
                    "is_active",
                    "lead_time_days",
                    "name",
                    "phone",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_ae4d75cf",
                table="vendors",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="vendor",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "code",
                    "country",
                    "created_at",
                    "email",
                    "id",
                    "is_active",
                    "lead_time_days",
                    "name",
                    "phone",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_update",
                pgid="pgtrigger_audit_update_00af46a9",
                table="vendors",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="vendor",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "code",
                    "country",
                    "created_at",
                    "email",
                    "id",
                    "is_active",
                    "lead_time_days",
                    "name",
                    "phone",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_bf542d67",
                table="vendors",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="vendor",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_42c44a4b",
                table="vendors",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "created_at",
                    "description",
                    "id",
                    "is_active",
                    "meta_description",
                    "meta_title",
                    "name",
                    "parent_id",
                    "slug",
                    "sort_order",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_f1532d07",
                table="categories",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "created_at",
                    "description",
                    "id",
                    "is_active",
                    "meta_description",
                    "meta_title",
                    "name",
                    "parent_id",
                    "slug",
                    "sort_order",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_update",
                pgid="pgtrigger_audit_update_760e55a5",
                table="categories",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "created_at",
                    "description",
                    "id",
                    "is_active",
                    "meta_description",
                    "meta_title",
                    "name",
                    "parent_id",
                    "slug",
                    "sort_order",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_b07f8068",
                table="categories",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="category",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_2cac3bd0",
                table="categories",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "billing_address_line_1",
                    "billing_address_line_2",
                    "billing_city",
                    "billing_company",
                    "billing_country",
                    "billing_first_name",
                    "billing_last_name",
                    "billing_phone",
                    "billing_postal_code",
                    "billing_state",
                    "created_at",
                    "currency",
                    "delivered_at",
                    "discount_total",
                    "id",
                    "internal_notes",
                    "notes",
                    "order_number",
                    "shipped_at",
                    "shipping_address_line_1",
                    "shipping_address_line_2",
                    "shipping_city",
                    "shipping_company",
                    "shipping_country",
                    "shipping_first_name",
                    "shipping_last_name",
                    "shipping_method",
                    "shipping_phone",
                    "shipping_postal_code",
                    "shipping_state",
                    "shipping_total",
                    "status",
                    "subtotal",
                    "tax_total",
                    "total",
                    "tracking_number",
                    "user_id",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["order_number"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_5f6774ec",
                table="orders",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "billing_address_line_1",
                    "billing_address_line_2",
                    "billing_city",
                    "billing_company",
                    "billing_country",
                    "billing_first_name",
                    "billing_last_name",
                    "billing_phone",
                    "billing_postal_code",
                    "billing_state",
                    "created_at",
                    "currency",
                    "delivered_at",
                    "discount_total",
                    "id",
                    "internal_notes",
                    "notes",
                    "order_number",
                    "shipped_at",
                    "shipping_address_line_1",
                    "shipping_address_line_2",
                    "shipping_city",
                    "shipping_company",
                    "shipping_country",
                    "shipping_first_name",
                    "shipping_last_name",
                    "shipping_method",
                    "shipping_phone",
                    "shipping_postal_code",
                    "shipping_state",
                    "shipping_total",
                    "status",
                    "subtotal",
                    "tax_total",
                    "total",
                    "tracking_number",
                    "user_id",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["order_number"],
                name="audit_update",
                pgid="pgtrigger_audit_update_43a30eac",
                table="orders",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "billing_address_line_1",
                    "billing_address_line_2",
                    "billing_city",
                    "billing_company",
                    "billing_country",
                    "billing_first_name",
                    "billing_last_name",
                    "billing_phone",
                    "billing_postal_code",
                    "billing_state",
                    "created_at",
                    "currency",
                    "delivered_at",
                    "discount_total",
                    "id",
                    "internal_notes",
                    "notes",
                    "order_number",
                    "shipped_at",
                    "shipping_address_line_1",
                    "shipping_address_line_2",
                    "shipping_city",
                    "shipping_company",
                    "shipping_country",
                    "shipping_first_name",
                    "shipping_last_name",
                    "shipping_method",
                    "shipping_phone",
                    "shipping_postal_code",
                    "shipping_state",
                    "shipping_total",
                    "status",
                    "subtotal",
                    "tax_total",
                    "total",
                    "tracking_number",
                    "user_id",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["order_number"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_f70663f9",
                table="orders",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="order",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_0aab4554",
                table="orders",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productpromotion",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "created_at",
                    "discount_percent",
                    "end_date",
                    "id",
                    "name",
                    "product_id",
                    "start_date",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_d545c0fc",
                table="product_promotions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productpromotion",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "created_at",
                    "discount_percent",
                    "end_date",
                    "id",
                    "name",
                    "product_id",
                    "start_date",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_update",
                pgid="pgtrigger_audit_update_8f25d7fa",
                table="product_promotions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productpromotion",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "created_at",
                    "discount_percent",
                    "end_date",
                    "id",
                    "name",
                    "product_id",
                    "start_date",
                ],
                exclude=["updated_at"],
                key=["id"],
                label=["name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_c75e8770",
                table="product_promotions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productpromotion",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_5f4c622f",
                table="product_promotions",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "attributes",
                    "created_at",
                    "id",
                    "inventory_quantity",
                    "is_active",
                    "name",
                    "price",
                    "product_id",
                    "sku",
                    "sort_order",
                ],
                exclude=["updated_at"],
                key=["id"],
                kinds={"attributes": "jsonb"},
                label=["sku"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_ca8a1f4b",
                table="product_variants",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "attributes",
                    "created_at",
                    "id",
                    "inventory_quantity",
                    "is_active",
                    "name",
                    "price",
                    "product_id",
                    "sku",
                    "sort_order",
                ],
                exclude=["updated_at"],
                key=["id"],
                kinds={"attributes": "jsonb"},
                label=["sku"],
                name="audit_update",
                pgid="pgtrigger_audit_update_a007c2e2",
                table="product_variants",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "attributes",
                    "created_at",
                    "id",
                    "inventory_quantity",
                    "is_active",
                    "name",
                    "price",
                    "product_id",
                    "sku",
                    "sort_order",
                ],
                exclude=["updated_at"],
                key=["id"],
                kinds={"attributes": "jsonb"},
                label=["sku"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_441c94ee",
                table="product_variants",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="productvariant",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_4c9132a7",
                table="product_variants",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderitem",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "created_at",
                    "id",
                    "order_id",
                    "product_attributes",
                    "product_id",
                    "product_name",
                    "product_sku",
                    "product_variant_id",
                    "quantity",
                    "total_price",
                    "unit_price",
                ],
                key=["id"],
                kinds={"product_attributes": "jsonb"},
                label=["product_name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_75b96a9e",
                table="order_items",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderitem",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "created_at",
                    "id",
                    "order_id",
                    "product_attributes",
                    "product_id",
                    "product_name",
                    "product_sku",
                    "product_variant_id",
                    "quantity",
                    "total_price",
                    "unit_price",
                ],
                key=["id"],
                kinds={"product_attributes": "jsonb"},
                label=["product_name"],
                name="audit_update",
                pgid="pgtrigger_audit_update_c1da91d1",
                table="order_items",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderitem",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "created_at",
                    "id",
                    "order_id",
                    "product_attributes",
                    "product_id",
                    "product_name",
                    "product_sku",
                    "product_variant_id",
                    "quantity",
                    "total_price",
                    "unit_price",
                ],
                key=["id"],
                kinds={"product_attributes": "jsonb"},
                label=["product_name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_cb898183",
                table="order_items",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="orderitem",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_b76b5fa0",
                table="order_items",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="insert",
                columns=[
                    "allow_backorder",
                    "attributes",
                    "brand_id",
                    "category_id",
                    "compare_price",
                    "cost_price",
                    "created_at",
                    "deleted_at",
                    "description",
                    "dimensions",
                    "featured",
                    "id",
                    "inventory_quantity",
                    "inventory_tracking",
                    "is_digital",
                    "low_stock_threshold",
                    "name",
                    "price",
                    "published_at",
                    "requires_shipping",
                    "seo_description",
                    "seo_title",
                    "short_description",
                    "sku",
                    "slug",
                    "status",
                    "tags",
                    "tax_class",
                    "vendor_id",
                    "visibility",
                    "weight",
                ],
                exclude=["updated_at", "search_vector"],
                key=["id"],
                kinds={"attributes": "jsonb", "dimensions": "jsonb"},
                label=["name"],
                name="audit_insert",
                pgid="pgtrigger_audit_insert_4765ff6d",
                table="products",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="update",
                columns=[
                    "allow_backorder",
                    "attributes",
                    "brand_id",
                    "category_id",
                    "compare_price",
                    "cost_price",
                    "created_at",
                    "deleted_at",
                    "description",
                    "dimensions",
                    "featured",
                    "id",
                    "inventory_quantity",
                    "inventory_tracking",
                    "is_digital",
                    "low_stock_threshold",
                    "name",
                    "price",
                    "published_at",
                    "requires_shipping",
                    "seo_description",
                    "seo_title",
                    "short_description",
                    "sku",
                    "slug",
                    "status",
                    "tags",
                    "tax_class",
                    "vendor_id",
                    "visibility",
                    "weight",
                ],
                exclude=["updated_at", "search_vector"],
                key=["id"],
                kinds={"attributes": "jsonb", "dimensions": "jsonb"},
                label=["name"],
                name="audit_update",
                pgid="pgtrigger_audit_update_29191ec5",
                table="products",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="delete",
                columns=[
                    "allow_backorder",
                    "attributes",
                    "brand_id",
                    "category_id",
                    "compare_price",
                    "cost_price",
                    "created_at",
                    "deleted_at",
                    "description",
                    "dimensions",
                    "featured",
                    "id",
                    "inventory_quantity",
                    "inventory_tracking",
                    "is_digital",
                    "low_stock_threshold",
                    "name",
                    "price",
                    "published_at",
                    "requires_shipping",
                    "seo_description",
                    "seo_title",
                    "short_description",
                    "sku",
                    "slug",
                    "status",
                    "tags",
                    "tax_class",
                    "vendor_id",
                    "visibility",
                    "weight",
                ],
                exclude=["updated_at", "search_vector"],
                key=["id"],
                kinds={"attributes": "jsonb", "dimensions": "jsonb"},
                label=["name"],
                name="audit_delete",
                pgid="pgtrigger_audit_delete_bc009f70",
                table="products",
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=django_schemapatterns.operations.CompiledAuditTrigger(
                action="truncate",
                name="audit_truncate",
                pgid="pgtrigger_audit_truncate_af5ebb98",
                table="products",
            ),
        ),
    ]
