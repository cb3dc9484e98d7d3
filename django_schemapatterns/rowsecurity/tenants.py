"""Models of tenants."""

from __future__ import annotations

from django.db.models import ForeignKey


class TenantForeignKey(ForeignKey):  # type: ignore[type-arg]
    """A foreign key within one tenant."""
