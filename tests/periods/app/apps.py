from __future__ import annotations

from django.apps import AppConfig


class PeriodTestsConfig(AppConfig):
    name = "tests.periods.app"
    label = "periodtests"
