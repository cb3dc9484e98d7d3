"""The application of the encrypted tables."""

from __future__ import annotations

from django.apps import AppConfig


class SecretsConfig(AppConfig):
    name = "benchmarks.encryption"
    label = "secrets"
