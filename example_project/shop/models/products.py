"""What the shop sells: products, their variants, and promotions."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.attributes import AttributesQuerySet
from django_schemapatterns.constraints import Check, NoOverlap, UniqueAlive
from django_schemapatterns.indexes import AttributesIndex, SearchIndex
from django_schemapatterns.search import SearchQuerySet
from django_schemapatterns.softdelete.querysets import SoftDeleteManager, SoftDeleteQuerySet
from example_project.shop.models.attributes import PRODUCT_ATTRIBUTES
from example_project.shop.models.catalog import Brand, Category, Vendor

ALIVE = Q(deleted_at__isnull=True)
ON_SALE = ALIVE & Q(status="active")


class ProductStatus(models.TextChoices):
    DRAFT = "draft", _("draft")
    ACTIVE = "active", _("active")
    INACTIVE = "inactive", _("inactive")
    ARCHIVED = "archived", _("archived")


class ProductVisibility(models.TextChoices):
    VISIBLE = "visible", _("visible")
    HIDDEN = "hidden", _("hidden")
    CATALOG_ONLY = "catalog_only", _("catalog only")
    SEARCH_ONLY = "search_only", _("search only")


class CatalogQuerySet(  # type: ignore[override]
    AttributesQuerySet["Product"], SearchQuerySet["Product"], SoftDeleteQuerySet["Product"]
):
    """Products by their attributes and their words, alive ones and deleted ones."""


class Product(
    patterns.DocumentedModel,
    patterns.AuditedModel,
    patterns.SoftDeleteModel,
    patterns.TimestampedModel,
    patterns.SearchableModel,
):
    """
    Something the shop sells; what differs in size or colour is a `ProductVariant`.

    Soft-deleted with its variants and promotions, also when it was sold: orders keep pointing at it. Its slug
    and its SKU are free for another product then.
    """

    name = models.CharField(max_length=255)
    slug = models.SlugField(max_length=255, db_index=False)
    sku = models.CharField(_("SKU"), max_length=100, help_text=_("Stock keeping unit"))
    description = models.TextField(blank=True, default="", db_default="")
    short_description = models.TextField(blank=True, default="", db_default="")
    price = models.DecimalField(max_digits=10, decimal_places=2, validators=[MinValueValidator(0)])
    compare_price = models.DecimalField(
        max_digits=10,
        decimal_places=2,
        null=True,
        blank=True,
        help_text=_("The crossed-out price, never below price"),
    )
    cost_price = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    weight = models.DecimalField(
        max_digits=8, decimal_places=2, null=True, blank=True, help_text=_("Kilograms")
    )
    dimensions = models.JSONField(
        null=True, blank=True, db_comment='{"length": 10, "width": 5, "height": 2, "unit": "cm"}'
    )
    category = models.ForeignKey(
        Category, models.PROTECT, null=True, blank=True, db_index=False, related_name="products"
    )
    brand = models.ForeignKey(
        Brand, models.PROTECT, null=True, blank=True, db_index=False, related_name="products"
    )
    vendor = models.ForeignKey(
        Vendor, models.PROTECT, null=True, blank=True, db_index=False, related_name="products"
    )
    status = fields.EnumField(ProductStatus, default=ProductStatus.DRAFT, db_default=ProductStatus.DRAFT)
    visibility = fields.EnumField(
        ProductVisibility, default=ProductVisibility.VISIBLE, db_default=ProductVisibility.VISIBLE
    )
    inventory_tracking = models.BooleanField(default=True, db_default=True)
    inventory_quantity = models.IntegerField(
        null=True, blank=True, default=0, db_default=0, help_text=_("Null when the inventory is not tracked")
    )
    low_stock_threshold = models.IntegerField(
        default=5, db_default=5, help_text=_("From this quantity on it is to be ordered again")
    )
    allow_backorder = models.BooleanField(
        default=False, db_default=False, help_text=_("May be sold while there is none")
    )
    requires_shipping = models.BooleanField(
        default=True, db_default=True, help_text=_("Something is to be sent")
    )
    is_digital = models.BooleanField(default=False, db_default=False, help_text=_("Is downloaded, not sent"))
    tax_class = models.CharField(
        max_length=50, default="standard", db_default="standard", help_text=_("Which tax is added")
    )
    featured = models.BooleanField(default=False, db_default=False, help_text=_("Shown on the front page"))
    tags = ArrayField(models.TextField(), default=list, blank=True, help_text=_("Words to filter by"))
    attributes = fields.AttributesField(
        schema=PRODUCT_ATTRIBUTES, additional=True, help_text=_("Free attributes such as colour and material")
    )
    seo_title = models.CharField(max_length=255, blank=True, default="", db_default="")
    seo_description = models.TextField(blank=True, default="", db_default="")
    published_at = models.DateTimeField(null=True, blank=True, help_text=_("Since when it is on sale"))
    deleted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        db_column="deleted_by",
        db_index=False,
        related_name="+",
        db_comment="Filled in from the context",
    )
    deletion_reason = models.TextField(
        null=True, blank=True, editable=False, db_comment="Filled in from the context"
    )
    search_vector = fields.SearchVectorField(
        ["name", "description", "sku"],
        weights={"name": "A", "sku": "B"},
        config="english",
        prefixes=True,
        db_comment="What full-text search looks at; kept by the database",
    )

    objects = SoftDeleteManager.from_queryset(CatalogQuerySet)()  # type: ignore[misc]

    class Audit:
        exclude = ["updated_at"]
        label = ["name"]

    class Meta:
        db_table = "products"
        db_table_comment = "What the shop sells"
        constraints = [
            UniqueAlive("slug", name="products_slug_alive"),
            UniqueAlive("sku", name="products_sku_alive"),
            Check(
                condition=Q(price__gte=0),
                name="products_price_not_negative",
                violation_error_message=_("The price must not be negative."),
            ),
            Check(
                condition=Q(compare_price__isnull=True) | Q(compare_price__gte=F("price")),
                name="products_compare_price_not_below_price",
                error_field="compare_price",
                violation_error_message=_("The compare price must not be below the price."),
            ),
            Check(
                condition=Q(cost_price__isnull=True) | Q(cost_price__gte=0),
                name="products_cost_price_not_negative",
                violation_error_message=_("The cost price must not be negative."),
            ),
            Check(
                # A bare "quantity >= 0" would let NULL through, because a check that is unknown passes.
                condition=Q(inventory_tracking=False, inventory_quantity__isnull=True)
                | Q(inventory_tracking=True, inventory_quantity__isnull=False, inventory_quantity__gte=0),
                name="products_inventory_matches_tracking",
                error_field="inventory_quantity",
                violation_error_message=_("Tracked products need a quantity of 0 or more, others have none."),
            ),
        ]
        indexes = [
            # What shoppers and staff ask for holds no deleted rows: such indexes stay small, and the newest
            # are found as fast when half of all products are deleted. The admin's list:
            models.Index(fields=["-created_at"], condition=ALIVE, name="products_created_idx"),
            # The category pages; with the deleted, since deleting a category looks for them too.
            models.Index(fields=["category", "status"], name="products_category_status_idx"),
            # Deleting a brand or a vendor, and their pages in the admin, look for their products.
            models.Index(fields=["brand"], name="products_brand_idx"),
            models.Index(fields=["vendor"], name="products_vendor_idx"),
            # "Cheapest first" over everything on sale.
            models.Index(fields=["price"], condition=ON_SALE, name="products_active_price_idx"),
            # The morning's reorder list; it holds only the few products that are short.
            models.Index(
                fields=["inventory_quantity"],
                condition=ALIVE
                & Q(inventory_tracking=True, inventory_quantity__lte=F("low_stock_threshold")),
                name="products_low_stock_idx",
            ),
            # The carousel of the front page: a handful of rows, newest first.
            models.Index(
                fields=["-published_at"],
                condition=ON_SALE & Q(featured=True),
                name="products_featured_idx",
            ),
            # The search box.
            SearchIndex("search_vector", condition=ALIVE, name="products_search_idx"),
            # "Products with these attributes".
            AttributesIndex("attributes", condition=ALIVE, name="products_attributes_idx"),
            # "Products with this tag".
            GinIndex(fields=["tags"], condition=ALIVE, name="products_tags_idx"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductVariant(
    patterns.DocumentedModel, patterns.AuditedModel, patterns.SoftDeleteModel, patterns.TimestampedModel
):
    """One size, colour or edition of a product, with its own stock."""

    product = models.ForeignKey(Product, models.CASCADE, db_index=False, related_name="variants")
    name = models.CharField(max_length=255)
    sku = models.CharField(_("SKU"), max_length=100, help_text=_("Stock keeping unit of the variant"))
    price = models.DecimalField(
        max_digits=10, decimal_places=2, null=True, blank=True, help_text=_("Null: the price of the product")
    )
    attributes = models.JSONField(default=dict, blank=True)
    inventory_quantity = models.IntegerField(default=0, db_default=0)
    sort_order = models.IntegerField(default=0, db_default=0)
    is_active = models.BooleanField(default=True, db_default=True)

    class Audit:
        exclude = ["updated_at"]
        label = ["sku"]

    class Meta:
        db_table = "product_variants"
        constraints = [
            UniqueAlive("sku", name="product_variants_sku_alive"),
            Check(
                condition=Q(price__isnull=True) | Q(price__gte=0),
                name="product_variants_price_not_negative",
                violation_error_message=_("The price must not be negative."),
            ),
            Check(
                condition=Q(inventory_quantity__gte=0),
                name="product_variants_inventory_not_negative",
                violation_error_message=_("The quantity must not be negative."),
            ),
        ]
        indexes = [
            # A product page shows its variants in their order.
            models.Index(fields=["product", "sort_order"], name="product_variants_product_idx"),
        ]

    def __str__(self) -> str:
        return f"{self.product}: {self.name}"


class ProductPromotion(
    patterns.DocumentedModel, patterns.AuditedModel, patterns.SoftDeleteModel, patterns.TimestampedModel
):
    """A discount on one product between two days, both included."""

    product = models.ForeignKey(Product, models.CASCADE, db_index=False, related_name="promotions")
    name = models.CharField(max_length=255)
    discount_percent = models.DecimalField(
        max_digits=5, decimal_places=2, help_text=_("Above 0 and up to 100")
    )
    start_date = models.DateField()
    end_date = models.DateField(help_text=_("The last day on which the discount is given"))

    class Audit:
        exclude = ["updated_at"]
        label = ["name"]

    class Meta:
        db_table = "product_promotions"
        constraints = [
            Check(
                condition=Q(discount_percent__gt=0, discount_percent__lte=100),
                name="product_promotions_discount_range",
                violation_error_message=_("Give a discount above 0 and up to 100 percent."),
            ),
            NoOverlap(
                "product",
                "start_date",
                "end_date",
                bounds="[]",
                condition=ALIVE,
                name="product_promotions_no_overlap",
            ),
        ]
        indexes = [
            # GiST has no operator for bigint = integer, so the exclusion's index can not serve a lookup.
            models.Index(fields=["product", "start_date"], name="product_promotions_product_idx"),
        ]

    def __str__(self) -> str:
        return self.name
