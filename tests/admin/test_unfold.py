from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlencode

import pytest
from django.db import connection

from django_schemapatterns.context import acting_as
from example_project.shop.models import Product
from tests.admin.reading import LOG, last_entry, text
from tests.example.making import make_product, make_staff

PROJECT = Path(__file__).parent.parent.parent


def pages_under_unfold(*urls: str) -> dict[str, str]:
    """Fetch pages from the test's own database."""
    options = connection.settings_dict
    query = urlencode({"host": options["HOST"], "port": options["PORT"]})
    address = f"postgresql://{options['USER']}:{options['PASSWORD']}@/{options['NAME']}?{query}"
    finished = subprocess.run(
        [sys.executable, "-m", "tests.admin.under_unfold", *urls],
        env={**os.environ, "DATABASE_URL": address},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr
    pages: dict[str, str] = json.loads(finished.stdout)
    return pages


@pytest.mark.django_db(transaction=True)
def test_the_pages_work_under_unfold() -> None:
    with acting_as(make_staff(), reason="spring sale"):
        product = make_product(price=10)
        Product.objects.filter(pk=product.pk).update(price=9)
    pages = pages_under_unfold(
        f"{LOG}?model=shop.product",
        f"{LOG}{last_entry(Product).pk}/change/",
        f"{LOG}timeline/shop.product/{product.pk}/",
        f"/admin/shop/product/{product.pk}/history/",
    )
    for markup in pages.values():
        assert "unfold/css/styles.css" in markup
        assert "schemapatterns/audit.css" in markup
        assert "10.00 → 9.00" in text(markup)
        assert "spring sale" in text(markup)
