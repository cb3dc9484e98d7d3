"""The application of the tables with documents."""

from __future__ import annotations

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "benchmarks.attributes"
    label = "documents"
