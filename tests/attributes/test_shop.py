"""The shop's products have attributes: in the admin, in queries and in the database."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from example_project.shop.models import Product
from tests.attributes.test_forms import fields_of

pytestmark = pytest.mark.django_db


def test_the_admin_edits_each_attribute(admin_client: Any) -> None:
    odd = {"care": {"oil": "weekly"}}
    product = Product.objects.create(
        name="Lamp",
        slug="lamp",
        sku="L1",
        price=5,
        inventory_quantity=1,
        attributes={"material": "oak", **odd},
    )
    page = reverse("admin:shop_product_change", args=[product.pk])
    response = admin_client.get(page)
    typed = fields_of(response.context["adminform"].form)
    for inline in response.context["inline_admin_formsets"]:
        typed.update(fields_of(inline.formset.management_form))
    assert "Warranty" in response.text
    assert "schemapatterns/attributes.css" in response.text

    typed["attributes__warranty_years"] = "99"
    response = admin_client.post(page, typed)
    assert "Warranty must be a whole number from 0 to 30 years, not 99." in response.text

    typed["attributes__warranty_years"] = "2"
    response = admin_client.post(page, typed)
    assert response.status_code == 302, response.context["errors"]
    product.refresh_from_db()
    assert product.attributes == {"material": "oak", "warranty_years": 2, **odd}
    products: Any = Product.objects
    assert products.filter_attributes(material="oak", warranty_years__gte=2).get() == product
    assert products.facets("material") == {"oak": 1}
    product.delete()
    assert not products.filter_attributes(material="oak").exists()
