"""The page about partitions as staff see it. Screenshots go to tests/browser/artefacts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By

from django_schemapatterns.partitions import ensure
from tests.browser.test_audit import ARTEFACTS, _errors, look, visit
from tests.partitions_maintenance.conftest import bookings, shared
from tests.partitions_maintenance.tools import Bookings, execute

__all__ = ["bookings", "shared", "visit"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGE = "/admin/schemapatterns/tablepartition/"


def test_staff_see_partitions_with_bars_of_their_sizes(
    chromium: Chrome, visit: Any, shared: Bookings
) -> None:
    shared.create(default=True, ahead=2, keep="6 months")
    now = timezone.now()
    for late in (120, 0):
        ensure("tests.Booking", now=now - timedelta(days=late))
    for days, rows in ((120, 900), (90, 2500), (60, 1800), (30, 3000), (0, 700)):
        shared.fill(f"{now - timedelta(days=days):%Y-%m-%d}", times=rows)
    shared.fill("1999-05-05", times=40)
    execute("ANALYZE bookings")

    for theme in ("light", "dark"):
        for width in (1280, 400):
            look(chromium, width=width, height=900, theme=theme)
            visit(PAGE)
            bars = chromium.find_elements(By.CSS_SELECTOR, ".partitions-size rect")
            lengths = [bar.size["width"] for bar in bars]
            assert max(lengths) > 2 * min(lengths) > 0
            assert chromium.find_element(By.ID, "content-main").size["width"] <= width
            chromium.save_screenshot(str(ARTEFACTS / f"partitions-{theme}-{width}.png"))
    assert "needs a look" in chromium.find_element(By.CLASS_NAME, "partitions").text
    assert _errors(chromium) == []
