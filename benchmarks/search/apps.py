"""The application of the tables that are searched."""

from __future__ import annotations

from django.apps import AppConfig


class WordsConfig(AppConfig):
    name = "benchmarks.search"
    label = "words"
