"""Signals of soft deletes: one for a call, not one for a row. Django's own are sent for hard deletes only."""

from __future__ import annotations

from django.dispatch import Signal

# sender: the model; origin: the instance or the queryset; using: the database alias;
# deletion_id: the batch; counts: what delete() or restore() returns.
pre_soft_delete = Signal()
post_soft_delete = Signal()
pre_restore = Signal()
post_restore = Signal()
