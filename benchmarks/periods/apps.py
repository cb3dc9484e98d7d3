"""The application of the contenders' tables."""

from __future__ import annotations

from django.apps import AppConfig


class PricesConfig(AppConfig):
    name = "benchmarks.periods"
    label = "prices"
