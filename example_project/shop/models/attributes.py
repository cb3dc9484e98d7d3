"""What the shop says about its products, beside what all of them have."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from django_schemapatterns.fields import Attribute

PRODUCT_ATTRIBUTES = [
    Attribute("material", max_length=50, label=_("Material")),
    Attribute("colour", max_length=50, label=_("Colour")),
    Attribute("warranty_years", int, min=0, max=30, unit=_("years"), label=_("Warranty")),
    Attribute("recycled", bool, label=_("Recycled")),
    Attribute("format", choices=["PDF", "EPUB"], label=_("Format"), help_text=_("Of a digital product")),
    Attribute("pages", int, min=1, label=_("Number of pages")),
]
