from __future__ import annotations

from django.apps import AppConfig


class TimestampTestsConfig(AppConfig):
    name = "tests.timestamps.app"
    label = "timetests"
    default_auto_field = "django.db.models.BigAutoField"
