"""Row security: which rows of a table whoever acts may see and change, kept by PostgreSQL's policies."""

from __future__ import annotations

from django_schemapatterns.rowsecurity.registry import protect, unprotected

__all__ = ["protect", "unprotected"]
