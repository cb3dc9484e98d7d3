"""Two customers and staff in a browser, on a server whose process is an ordinary role of the database."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connections
from pytest_django import DjangoDbBlocker
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By

from example_project.accounts.models import User
from example_project.bootstrap import PROJECT
from example_project.shop.models import Order
from tests.browser.test_audit import ARTEFACTS, look
from tests.example.making import user_values
from tests.roles.house import House, house, migrated_database, new_roles

__all__ = ["migrated_database"]
pytestmark = pytest.mark.browser
PASSWORD = "only for this test"


@pytest.fixture
def shop(migrated_database: None, django_db_blocker: DjangoDbBlocker) -> Iterator[House]:
    """The shop with two customers, who have two orders and one, and a member of staff."""
    roles = new_roles(
        **{kind: f"app_{kind}" for kind in ("owner", "readwrite", "readonly", "admin", "lookup")}
    )
    with django_db_blocker.unblock(), house(roles) as made:
        using = made.alias("postgres")
        for name, orders, staff in (("alice", 2, False), ("bob", 1, False), ("sue", 0, True)):
            user = User(**user_values(username=name, is_staff=staff, is_superuser=staff))
            user.set_password(PASSWORD)
            user.save(using=using)
            for number in range(orders):
                Order.objects.using(using).create(order_number=f"{name}-{number}", user=user)
        connections[using].close()
        made.dbroles("apply")
        yield made


@contextmanager
def serving(shop: House) -> Iterator[str]:
    """Serve the shop as its demo does: each purpose with its login."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    logins = " ".join(f"{login}={','.join(kinds)}" for login, kinds in shop.roles.logins.items())
    environment = {
        **os.environ,
        "DATABASE_LOGINS": logins,
        "DATABASE_URL": shop.url("web"),
        "STAFF_DATABASE_URL": shop.url("staff"),
    }
    command = [sys.executable, "example_project/manage.py", "runserver", f"127.0.0.1:{port}", "--noreload"]
    with subprocess.Popen(command, cwd=PROJECT, env=environment, stderr=subprocess.DEVNULL) as server:
        try:
            _wait_for(f"http://127.0.0.1:{port}/login/", server)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()


def _wait_for(address: str, server: subprocess.Popen[Any]) -> None:
    while server.poll() is None:
        try:
            urllib.request.urlopen(address).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail(f"The server ended with {server.returncode}.")


def log_in(chromium: Chrome, address: str, name: str) -> None:
    chromium.delete_all_cookies()
    chromium.get(address)
    chromium.find_element(By.NAME, "username").send_keys(name)
    chromium.find_element(By.NAME, "password").send_keys(PASSWORD, Keys.ENTER)


def orders(chromium: Chrome) -> list[str]:
    chromium.find_element(By.TAG_NAME, "table")
    return sorted(each.text for each in chromium.find_elements(By.CSS_SELECTOR, ".order a"))


def test_customers_see_their_own_orders_and_staff_all(chromium: Chrome, shop: House) -> None:
    [(of_bob,)] = shop.run("postgres", "SELECT id FROM orders WHERE order_number = 'bob-0'")
    with serving(shop) as server:
        log_in(chromium, f"{server}/login/", "alice")
        assert orders(chromium) == ["alice-0", "alice-1"]
        for theme in ("light", "dark"):
            look(chromium, width=400, height=800, theme=theme)
            chromium.save_screenshot(str(ARTEFACTS / f"my-orders-{theme}.png"))
        chromium.get(f"{server}/orders/{of_bob}/")
        assert "404" in chromium.find_element(By.TAG_NAME, "h1").text
        assert "bob-0" not in chromium.page_source

        log_in(chromium, f"{server}/login/", "bob")
        assert orders(chromium) == ["bob-0"]
        chromium.get(f"{server}/orders/{of_bob}/")
        assert "bob-0" in chromium.find_element(By.TAG_NAME, "h1").text

        log_in(chromium, f"{server}/admin/login/?next=/admin/shop/order/", "sue")
        shown = chromium.find_element(By.ID, "result_list").text
        assert all(number in shown for number in ("alice-0", "alice-1", "bob-0"))
        chromium.get(f"{server}/admin/shop/order/{of_bob}/change/")
        chromium.find_element(By.NAME, "internal_notes").send_keys("checked")
        chromium.find_element(By.NAME, "_continue").click()
        chromium.find_element(By.CLASS_NAME, "success")
        chromium.get(f"{server}/orders/")
        assert orders(chromium) == []

    [(notes, role)] = shop.run(
        "postgres",
        "SELECT internal_notes, db_role FROM orders, schemapatterns.audit_log "
        "WHERE order_number = 'bob-0' ORDER BY schemapatterns.audit_log.id DESC LIMIT 1",
    )
    assert (notes, role) == ("checked", shop.login("staff"))
