"""The application of the contenders' tables, whose names are as long as those of a shop."""

from __future__ import annotations

from django.apps import AppConfig


class ShopConfig(AppConfig):
    name = "benchmarks.audit"
    label = "shop"
