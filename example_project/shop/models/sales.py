"""What the shop sold."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from django_schemapatterns import fields, models as patterns
from django_schemapatterns.constraints import Allow, Check, RowSecurity, UniqueAcrossPartitions
from django_schemapatterns.context import current
from example_project.database import DatabaseForeignKey
from example_project.shop.models.products import Product, ProductVariant


class OrderStatus(models.TextChoices):
    PENDING = "pending", _("pending")
    PROCESSING = "processing", _("processing")
    SHIPPED = "shipped", _("shipped")
    DELIVERED = "delivered", _("delivered")
    CANCELLED = "cancelled", _("cancelled")
    REFUNDED = "refunded", _("refunded")
    ON_HOLD = "on_hold", _("on hold")


OPEN_STATUSES = [OrderStatus.PENDING, OrderStatus.PROCESSING, OrderStatus.ON_HOLD]
COUNTRY_PATTERN = r"^([A-Z]{2})?$"


class BillingAddress(models.Model):
    """Where the invoice goes, as it was when the order was placed."""

    billing_first_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    billing_last_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    billing_company = models.CharField(max_length=255, blank=True, default="", db_default="")
    billing_address_line_1 = models.CharField(max_length=255, blank=True, default="", db_default="")
    billing_address_line_2 = models.CharField(max_length=255, blank=True, default="", db_default="")
    billing_city = models.CharField(max_length=100, blank=True, default="", db_default="")
    billing_state = models.CharField(max_length=100, blank=True, default="", db_default="")
    billing_postal_code = models.CharField(max_length=20, blank=True, default="", db_default="")
    billing_country = models.CharField(
        max_length=2, blank=True, default="", db_default="", help_text=_("ISO 3166-1 alpha-2")
    )
    billing_phone = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        abstract = True


class ShippingAddress(models.Model):
    """Where the parcel goes, as it was when the order was placed."""

    shipping_first_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    shipping_last_name = models.CharField(max_length=100, blank=True, default="", db_default="")
    shipping_company = models.CharField(max_length=255, blank=True, default="", db_default="")
    shipping_address_line_1 = models.CharField(max_length=255, blank=True, default="", db_default="")
    shipping_address_line_2 = models.CharField(max_length=255, blank=True, default="", db_default="")
    shipping_city = models.CharField(max_length=100, blank=True, default="", db_default="")
    shipping_state = models.CharField(max_length=100, blank=True, default="", db_default="")
    shipping_postal_code = models.CharField(max_length=20, blank=True, default="", db_default="")
    shipping_country = models.CharField(
        max_length=2, blank=True, default="", db_default="", help_text=_("ISO 3166-1 alpha-2")
    )
    shipping_phone = models.CharField(max_length=20, blank=True, default="", db_default="")

    class Meta:
        abstract = True


class Order(
    patterns.DocumentedModel,
    patterns.AuditedModel,
    patterns.TimestampedModel,
    patterns.PartitionedModel,
    BillingAddress,
    ShippingAddress,
):
    """
    What a user bought at once, with its amounts and both addresses.

    A partition for each month. The id stays the primary key of Django and of the admin; in the database it is
    (id, created_at), and what points at an order says both (see `OrderItem`).

    DO_NOTHING is about the soft delete: the user and the products may leave the shop, and the order goes on
    naming them. About rows that would really go, the database decides: RESTRICT, they are kept for the books.
    """

    order_number = models.CharField(max_length=50, help_text=_("Printed on the invoice and the parcel"))
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        db_index=False,
        db_constraint=False,
        related_name="orders",
    )
    status = fields.EnumField(OrderStatus, default=OrderStatus.PENDING, db_default=OrderStatus.PENDING)
    currency = models.CharField(max_length=3, default="USD", db_default="USD", help_text=_("ISO 4217"))
    subtotal = models.DecimalField(max_digits=10, decimal_places=2, default=0, db_default=0)
    tax_total = models.DecimalField(max_digits=10, decimal_places=2, default=0, db_default=0)
    shipping_total = models.DecimalField(max_digits=10, decimal_places=2, default=0, db_default=0)
    discount_total = models.DecimalField(
        max_digits=10, decimal_places=2, default=0, db_default=0, help_text=_("Taken off the subtotal")
    )
    total = models.DecimalField(
        max_digits=10, decimal_places=2, default=0, db_default=0, help_text=_("What the customer pays")
    )
    shipping_method = models.CharField(max_length=100, blank=True, default="", db_default="")
    tracking_number = models.CharField(
        max_length=100, blank=True, default="", db_default="", help_text=_("Of the carrier")
    )
    notes = models.TextField(blank=True, default="", db_default="", help_text=_("Written by the customer"))
    internal_notes = models.TextField(
        blank=True, default="", db_default="", help_text=_("Written by staff, never shown to the customer")
    )
    shipped_at = models.DateTimeField(null=True, blank=True, help_text=_("When the parcel left"))
    delivered_at = models.DateTimeField(null=True, blank=True, help_text=_("When the parcel arrived"))

    class Audit:
        exclude = ["updated_at"]
        label = ["order_number"]

    class Partition:
        by, every, ahead, keep = "created_at", "month", 3, "24 months"

    class Meta:
        db_table = "orders"
        constraints = [
            # Customers see and change their own orders, whatever a view of ours forgets to filter by.
            RowSecurity(
                Allow("own", when=Q(user=current.user_id), commands="select insert update"),
                bypass=["admin"],
                name="orders_row_security",
            ),
            UniqueAcrossPartitions(fields=["order_number"], name="orders_order_number_unique"),
            DatabaseForeignKey(field="user", on_delete="RESTRICT", name="orders_user_fk"),
            Check(
                condition=Q(
                    subtotal__gte=0,
                    tax_total__gte=0,
                    shipping_total__gte=0,
                    discount_total__gte=0,
                    total__gte=0,
                ),
                name="orders_amounts_not_negative",
                violation_error_message=_("No amount of an order may be negative."),
            ),
            Check(
                condition=Q(currency__regex=r"^[A-Z]{3}$"),
                name="orders_currency_format",
                violation_error_message=_("Enter a currency as three capital letters."),
            ),
            Check(
                condition=Q(billing_country__regex=COUNTRY_PATTERN, shipping_country__regex=COUNTRY_PATTERN),
                name="orders_country_format",
                violation_error_message=_("Enter a country as two capital letters."),
            ),
        ]
        indexes = [
            # "My orders", newest first.
            models.Index(fields=["user", "-created_at"], name="orders_user_history_idx"),
            # Looked up by customers and by their parcels.
            models.Index(fields=["order_number"], name="orders_number_idx"),
            # The admin lists the newest first, and reports ask for a month.
            models.Index(fields=["-created_at"], name="orders_created_idx"),
            # The packing queue: the oldest open orders; the great majority is closed and not in here.
            models.Index(
                fields=["status", "created_at"], condition=Q(status__in=OPEN_STATUSES), name="orders_open_idx"
            ),
        ]

    def __str__(self) -> str:
        return self.order_number


class OrderItem(patterns.DocumentedModel, patterns.AuditedModel):
    """One line of an order; name, SKU and attributes stay as they were when it was bought."""

    order = models.ForeignKey(
        Order, models.CASCADE, db_index=False, db_constraint=False, related_name="items"
    )
    order_created_at = fields.PartitionKeyField(
        "order", on_delete="CASCADE", db_comment="With order_id the foreign key to an order"
    )
    product = models.ForeignKey(
        Product, models.DO_NOTHING, db_index=False, db_constraint=False, related_name="order_items"
    )
    product_variant = models.ForeignKey(
        ProductVariant,
        models.DO_NOTHING,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="order_items",
    )
    quantity = models.IntegerField(validators=[MinValueValidator(1)])
    unit_price = models.DecimalField(
        max_digits=10, decimal_places=2, help_text=_("The price on the day of the order")
    )
    total_price = models.DecimalField(
        max_digits=10, decimal_places=2, help_text=_("Unit price times quantity")
    )
    product_name = models.CharField(max_length=255, db_comment="The name on the day of the order")
    product_sku = models.CharField(max_length=100, db_comment="The SKU on the day of the order")
    product_attributes = models.JSONField(
        default=dict, blank=True, db_comment="The attributes on the day of the order"
    )
    created_at = models.DateTimeField(auto_now_add=True, db_default=Now())

    class Audit:
        exclude = ["order_created_at"]
        label = ["product_name"]

    class Meta:
        db_table = "order_items"
        constraints = [
            RowSecurity(
                Allow("own", when=Q(order__user=current.user_id), commands="select insert"),
                bypass=["admin"],
                name="order_items_row_security",
            ),
            DatabaseForeignKey(field="product", on_delete="RESTRICT", name="order_items_product_fk"),
            DatabaseForeignKey(field="product_variant", on_delete="RESTRICT", name="order_items_variant_fk"),
            Check(
                condition=Q(quantity__gt=0),
                name="order_items_quantity_positive",
                violation_error_message=_("Order at least one."),
            ),
            Check(
                condition=Q(unit_price__gte=0, total_price__gte=0),
                name="order_items_prices_not_negative",
                violation_error_message=_("Prices must not be negative."),
            ),
        ]
        indexes = [
            # An order shows its lines.
            models.Index(fields=["order"], name="order_items_order_idx"),
            # "Who bought this", and the check before a product is deleted.
            models.Index(fields=["product"], name="order_items_product_idx"),
            # The same for variants; most lines have none.
            models.Index(
                fields=["product_variant"],
                condition=Q(product_variant__isnull=False),
                name="order_items_variant_idx",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} x {self.product_name}"
