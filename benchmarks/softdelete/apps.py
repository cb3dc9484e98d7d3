"""The application of the contenders' tables."""

from __future__ import annotations

from django.apps import AppConfig


class TrashConfig(AppConfig):
    name = "benchmarks.softdelete"
    label = "trash"
