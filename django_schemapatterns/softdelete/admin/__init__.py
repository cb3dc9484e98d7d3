"""Soft deletes in Django's admin."""

from __future__ import annotations

from django_schemapatterns.softdelete.admin.choices import AliveChoicesMixin
from django_schemapatterns.softdelete.admin.filters import DeletionFilter
from django_schemapatterns.softdelete.admin.options import SoftDeleteAdmin

__all__ = ["AliveChoicesMixin", "DeletionFilter", "SoftDeleteAdmin"]
