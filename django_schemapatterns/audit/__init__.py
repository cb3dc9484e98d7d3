"""The audit log: who changed what, kept by the database."""

from __future__ import annotations

from django_schemapatterns.audit.control import maintenance, paused
from django_schemapatterns.audit.objects import audited_models
from django_schemapatterns.audit.registry import register

__all__ = ["audited_models", "maintenance", "paused", "register"]
