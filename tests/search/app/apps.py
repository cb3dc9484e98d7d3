from __future__ import annotations

from django.apps import AppConfig


class SearchTestsConfig(AppConfig):
    name = "tests.search.app"
    label = "searchtests"
