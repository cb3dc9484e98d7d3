"""
The audit log as people see it. Screenshots go to tests/browser/artefacts; three of them are in docs/images.
"""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import call_command
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from django_schemapatterns.context import acting_as
from django_schemapatterns.models import AuditLog
from example_project.accounts.models import User
from example_project.shop.models import Brand, Category, Product
from tests.example.making import make_product

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ARTEFACTS = Path(__file__).parent / "artefacts"
LOG = "/admin/schemapatterns/auditlog/"
DESCRIPTION = "A chair of solid oak. Comes with a cushion of wool, and will outlive its owner."

CONTRAST = """
const paint = new OffscreenCanvas(1, 1).getContext("2d", {willReadFrequently: true});
const fill = colour => { paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1); };
const light = () => {
    const [r, g, b] = [...paint.getImageData(0, 0, 1, 1).data].slice(0, 3).map(
        part => (part /= 255) <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = element => {
    const below = [];
    for (let each = element; each; each = each.parentElement) below.unshift(getComputedStyle(each));
    fill("white");
    below.forEach(style => fill(style.backgroundColor));
    const ground = light();
    fill(below.at(-1).color);
    const text = light();
    return (Math.max(ground, text) + 0.05) / (Math.min(ground, text) + 0.05);
};
const texts = [...document.querySelectorAll(".audit *")].filter(element => element.checkVisibility()
    && [...element.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim()));
return Math.min(...texts.map(contrast));
"""


@pytest.fixture
def visit(chromium: Chrome, live_server: Any) -> Any:
    """Logs in as ada and goes to addresses of the admin."""
    User.objects.create_superuser(
        username="ada", email="ada@example.com", password="lovelace", first_name="Ada", last_name="Lovelace"
    )

    def go(path: str) -> None:
        chromium.get(f"{live_server.url}{path}")

    go("/admin/login/")
    chromium.find_element(By.NAME, "username").send_keys("ada")
    chromium.find_element(By.NAME, "password").send_keys("lovelace", Keys.ENTER)
    chromium.find_element(By.ID, "user-tools")
    return go


def look(chromium: Chrome, *, width: int, height: int, theme: str) -> None:
    """Look through a window of a size, with a preference for a colour scheme."""
    metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": False}
    chromium.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    scheme = {"features": [{"name": "prefers-color-scheme", "value": theme}]}
    chromium.execute_cdp_cmd("Emulation.setEmulatedMedia", scheme)


def body(chromium: Chrome) -> str:
    return " ".join(chromium.find_element(By.CLASS_NAME, "audit").text.split())


def fill(chromium: Chrome, name: str, value: str) -> None:
    field = chromium.find_element(By.NAME, name)
    field.clear()
    field.send_keys(value)


def click(chromium: Chrome, text: str) -> None:
    chromium.find_element(By.LINK_TEXT, text).click()


def test_a_change_in_the_admin_is_seen_in_the_timeline(chromium: Chrome, visit: Any) -> None:
    category = Category.objects.create(name="Chairs", slug="chairs")
    product = make_product(price=40, description=DESCRIPTION, category=category)
    visit(f"/admin/shop/product/{product.pk}/change/")
    fill(chromium, "price", "45.50")
    fill(chromium, "description", DESCRIPTION.replace("oak", "ash").replace("wool", "linen"))
    chromium.find_element(By.NAME, "_continue").click()
    chromium.find_element(By.CLASS_NAME, "success")

    chromium.find_element(By.CLASS_NAME, "historylink").click()
    seen = body(chromium)
    assert "ada" in seen
    assert "Price 40.00 → 45.50" in seen
    changes = [each.text for each in chromium.find_elements(By.CSS_SELECTOR, ".audit-text :is(del, ins)")]
    assert changes == ["oak", "ash", "wool", "linen"]

    click(chromium, "Details")
    assert f"POST /admin/shop/product/{product.pk}/change/" in body(chromium)
    assert "127.0.0.1" in body(chromium)
    click(chromium, "All its entries")
    assert "Price 40.00 → 45.50" in body(chromium)
    click(chromium, "Oak chair")
    assert chromium.current_url.endswith(f"/admin/shop/product/{product.pk}/change/")


def test_the_log_is_filtered_and_followed_to_what_is_gone(chromium: Chrome, visit: Any) -> None:
    Brand.objects.create(name="Lost lamp", slug="lost").delete()
    Brand.objects.create(name="Found lamp", slug="found")
    visit(LOG)
    assert "Found lamp" in body(chromium)
    chromium.find_element(By.CSS_SELECTOR, "select[name=operation] option[value=D]").click()
    chromium.find_element(By.CLASS_NAME, "audit-button-main").click()
    chromium.find_element(By.LINK_TEXT, "Clear")  # the page is there
    assert "Found lamp" not in body(chromium)
    click(chromium, "Lost lamp")
    assert "gone" in body(chromium)
    assert "created" in body(chromium)


def test_the_pages_can_be_used_with_the_keyboard(chromium: Chrome, visit: Any) -> None:
    product = make_product()
    visit(f"{LOG}timeline/shop.product/{product.pk}/")
    values = chromium.find_element(By.CSS_SELECTOR, ".audit-changes")
    assert not values.is_displayed()
    summary = chromium.find_element(By.CSS_SELECTOR, ".audit summary")
    for _ in range(80):
        if chromium.switch_to.active_element == summary:
            break
        chromium.switch_to.active_element.send_keys(Keys.TAB)
    assert chromium.switch_to.active_element == summary
    assert summary.value_of_css_property("outline-style") == "solid"
    summary.send_keys(Keys.ENTER)
    assert values.is_displayed()


def test_the_pages_fit_every_window_and_theme(chromium: Chrome, visit: Any) -> None:
    call_command("demo_data", products=120, orders=30, seed=1)
    product = _edited_product()
    entry = product.audit.timeline()[0]
    pages = {
        "list": f"{LOG}?user=anna",
        "detail": f"{LOG}{entry.pk}/change/",
        "timeline": f"/admin/shop/product/{product.pk}/history/",
    }
    ARTEFACTS.mkdir(exist_ok=True)
    _errors(chromium)  # before
    for theme in ("light", "dark"):
        for width, height in ((1280, 860), (400, 860)):
            look(chromium, width=width, height=height, theme=theme)
            for name, path in pages.items():
                visit(path)
                assert chromium.find_element(By.CLASS_NAME, "audit").is_displayed()
                assert chromium.execute_script("return document.documentElement.scrollWidth") <= width, name
                assert _contrast(chromium) > 4.5, (name, theme)
                chromium.save_screenshot(ARTEFACTS / f"audit-{name}-{theme}-{width}.png")
    assert _errors(chromium) == []


def _edited_product() -> Product:
    """A product of the demo with an eventful history."""
    repriced = AuditLog.objects.filter(table_name="products", changes__has_key="price", operation="U")
    product = Product.objects.filter(
        pk__in=[int(entry.record_id or 0) for entry in repriced], status="active", brand__isnull=False
    ).earliest("pk")
    anna, ben = User.objects.get(username="anna"), User.objects.get(username="ben")
    with acting_as(ben, reason="yearly price round"):
        product.price += Decimal("3.50")
        product.compare_price = product.price + 20
        product.save()
    page = {"url": f"/admin/shop/product/{product.pk}/change/", "method": "POST", "ip_address": "10.20.0.41"}
    with acting_as(anna, request_id=str(uuid4()), user_agent="Firefox/145.0 (X11; Linux)", **page):
        sentences = product.description.split(". ")
        product.description = ". ".join([*sentences[:-1], "Made to last, and easy to repair."])
        product.category = Category.objects.exclude(pk=product.category_id or 0).filter(parent=None)[0]
        product.featured = not product.featured
        product.tags = [*product.tags[1:], "gift", "new"]
        product.attributes = {**product.attributes, "material": "olive wood", "care": {"oil": "yearly"}}
        product.save()
    return product


def _errors(chromium: Any) -> list[str]:
    """Return what the console has said since it was last asked, but for the icon that the shop has not."""
    return [line["message"] for line in chromium.get_log("browser") if "favicon" not in line["message"]]


def _contrast(chromium: Chrome) -> float:
    """Return the lowest contrast of a text with what it stands on, as WCAG measures it."""
    return float(chromium.execute_script(CONTRAST))
