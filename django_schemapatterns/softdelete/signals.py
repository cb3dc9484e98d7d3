"""Signals of soft deletes: one for a call, not one for a row. Django's own are sent for hard deletes only."""

from __future__ import annotations

from django.dispatch import Signal

# sender: the model; origin: the instance or the queryset; using: the database alias. Receivers run inside the
# transaction of the call: what they raise takes it back.
# deletion_id: the batch.
pre_soft_delete = Signal()
# counts: what delete() returns.
post_soft_delete = Signal()
# deletion_ids: the batches that the rows were deleted in.
pre_restore = Signal()
# counts: what restore() returns.
post_restore = Signal()
