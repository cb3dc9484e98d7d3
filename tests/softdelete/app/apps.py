from __future__ import annotations

from django.apps import AppConfig


class SoftTestsConfig(AppConfig):
    name = "tests.softdelete.app"
    label = "softtests"
