from __future__ import annotations

from django.apps import AppConfig


class PartitionTestsConfig(AppConfig):
    name = "tests.partitions.app"
    label = "parttests"
