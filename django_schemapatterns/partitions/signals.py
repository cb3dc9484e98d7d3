"""What others may want to hear of; a receiver that raises keeps the partition from being dropped."""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

# Sent with `table` (the label), `partition`, `path` and `using`, when a file was written and read again.
partition_archived: Final = Signal()
# Sent with `table`, `partition` and `using` in the transaction that drops a partition, before it does.
partition_retired: Final = Signal()
