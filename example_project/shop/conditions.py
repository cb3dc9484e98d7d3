"""What staff decide, and may change while the shop is open."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.utils.translation import gettext_lazy as _

from django_schemapatterns import appsettings

SHIPPING = appsettings.register(
    "shop.shipping",
    Decimal,
    default=Decimal("6.90"),
    validators=[MinValueValidator(0)],
    description=_("What shipping costs."),
    public=True,
)
FREE_SHIPPING_FROM = appsettings.register(
    "shop.free_shipping_from",
    Decimal,
    default=Decimal(75),
    validators=[MinValueValidator(0)],
    description=_("From this subtotal on, shipping is free."),
    public=True,
)
PAYMENT_KEY = appsettings.register(
    "shop.payment_key", str, default="", description=_("The key of the payment service."), secret=True
)
