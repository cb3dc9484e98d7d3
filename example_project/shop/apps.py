from __future__ import annotations

from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "example_project.shop"
    verbose_name = "Shop"

    def ready(self) -> None:
        from example_project.shop import conditions  # noqa: F401 - it registers settings
