"""Versions in Django's admin."""

from __future__ import annotations

from django_schemapatterns.periods.admin.inline import PeriodInline
from django_schemapatterns.periods.admin.options import PeriodAdmin

__all__ = ["PeriodAdmin", "PeriodInline"]
