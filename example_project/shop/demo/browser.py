"""A member of staff at a desk: logs in to the admin, reads its pages and sends its forms."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Any

from django.test import Client
from django.urls import reverse

from example_project.shop.demo.staff import PASSWORD, Colleague

FOUND = 302


class PageRefusedError(Exception):
    """The admin showed the form again instead of accepting it."""


class FormReader(HTMLParser):
    """Reads what a browser would send for the form whose id ends in `_form`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: dict[str, list[str]] = {}
        self.inside = False
        self.select, self.multiple = "", False
        self.textarea = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        if tag == "form":
            self.inside = given.get("id", "").endswith("_form")
        name = given.get("name", "")
        if tag == "option" and self.select:
            self.read_option(given)
        if not self.inside or not name or "__prefix__" in name:
            return
        if tag == "input":
            self.read_input(name, given)
        elif tag == "select":
            self.select, self.multiple = name, "multiple" in given
            self.values[name] = []
        elif tag == "textarea":
            self.textarea = name
            self.values[name] = [""]

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.inside = False
        elif tag == "select":
            self.select = ""
        elif tag == "textarea":
            self.textarea = ""

    def handle_data(self, data: str) -> None:
        if self.textarea:
            self.values[self.textarea] = [data.removeprefix("\n")]

    def read_input(self, name: str, given: dict[str, str]) -> None:
        kind = given.get("type", "text")
        if kind in {"submit", "button", "file"}:
            return
        if kind in {"checkbox", "radio"} and "checked" not in given:
            return
        self.values.setdefault(name, []).append(given.get("value", "on" if kind == "checkbox" else ""))

    def read_option(self, given: dict[str, str]) -> None:
        chosen = self.values[self.select]
        if "selected" in given:
            self.values[self.select] = [*chosen, given["value"]] if self.multiple else [given["value"]]
        elif not self.multiple and not chosen:
            # A browser sends the first choice of a menu that has none selected.
            self.values[self.select] = [given["value"]]


class Browser:
    """
    Sends real requests, so that the middleware finds a user, an address and a browser in them.

        Browser(ANNA).change(product, price="12.50")
    """

    def __init__(self, colleague: Colleague) -> None:
        self.client = Client(
            headers={"user-agent": colleague.user_agent},
            REMOTE_ADDR=colleague.ip_address,
            SERVER_NAME="localhost",
        )
        self.send(reverse("admin:login"), {"username": colleague.username, "password": PASSWORD})

    def add(self, model: Any, **values: Any) -> None:
        self.fill_in(page(model, "add"), values)

    def change(self, instance: Any, **values: Any) -> None:
        self.fill_in(page(instance, "change", instance.pk), values)

    def delete(self, instance: Any) -> None:
        self.send(page(instance, "delete", instance.pk), {"post": "yes"})

    def act(self, model: Any, action: str, keys: Sequence[Any], **sent: str) -> None:
        """Choose rows of a list, the deleted among them, and run an action of its menu on them."""
        listed = (
            f"{page(model, 'changelist')}?deleted=all" if "restore" in action else page(model, "changelist")
        )
        self.send(listed, {"action": action, "_selected_action": keys, **sent})

    def fill_in(self, url: str, values: dict[str, Any]) -> None:
        form = FormReader(self.client.get(url).content.decode()).values
        self.send(url, form | values)

    def send(self, url: str, data: dict[str, Any]) -> None:
        response = self.client.post(url, data)
        if response.status_code != FOUND:
            errors = re.findall(
                r'<ul class="errorlist.*?</ul>|<p class="errornote">.*?</p>', response.text, re.DOTALL
            )
            text = re.sub(r"<[^>]*>|\s+", " ", " ".join(errors))
            raise PageRefusedError(f"{url} answered {response.status_code}: {text}")


def page(model: Any, kind: str, *arguments: Any) -> str:
    options = model._meta
    return reverse(f"admin:{options.app_label}_{options.model_name}_{kind}", args=arguments)
