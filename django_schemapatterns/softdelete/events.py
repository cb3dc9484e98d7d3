"""Soft deletes and restores, as an update of a row shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from django_schemapatterns.schema import events
from django_schemapatterns.softdelete.relations import BATCH, MARK


def read(changes: Mapping[str, Any]) -> events.Event | None:
    """Return the event that changed both marks."""
    match changes.get(MARK), changes.get(BATCH):
        case [None, _deleted_at], [None, batch]:
            return events.Event("soft_delete", _("soft-deleted"), batch)
        case [_deleted_at, None], [batch, None]:
            return events.Event("restore", _("restored"), batch)
    return None


events.declare("softdelete", read)
