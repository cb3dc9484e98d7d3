"""The audit log in Django's admin."""

from __future__ import annotations

from django_schemapatterns.audit.admin.history import AuditAdminMixin
from django_schemapatterns.audit.admin.log import AuditLogAdmin

__all__ = ["AuditAdminMixin", "AuditLogAdmin"]
