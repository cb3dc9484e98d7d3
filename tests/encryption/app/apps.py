from __future__ import annotations

from django.apps import AppConfig


class EncryptionTestsConfig(AppConfig):
    name = "tests.encryption.app"
    label = "cryptotests"
    default_auto_field = "django.db.models.BigAutoField"
