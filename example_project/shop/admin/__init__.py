"""The shop's admin: the pages its staff works with."""

from __future__ import annotations

from example_project.shop.admin import catalog, contacts, sales

__all__ = ["catalog", "contacts", "sales"]
