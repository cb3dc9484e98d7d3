from __future__ import annotations

from django.apps import AppConfig


class AttributeTestsConfig(AppConfig):
    name = "tests.attributes.app"
    label = "attributetests"
