"""What runs outside of requests: each job is in the context that asked for it, and says its own name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any

from django_schemapatterns.context.scope import acting_as, restore

_running: dict[str, ExitStack] = {}


def begin(job_id: str, name: str, sent: Mapping[str, Any] | None = None) -> None:
    """Enter the context of a job; `sent` is the snapshot of whoever asked for it."""
    stack = _running[job_id] = ExitStack()
    if sent:
        stack.enter_context(restore(sent))
    stack.enter_context(acting_as(task=name, task_id=job_id))


def end(job_id: str) -> None:
    """Leave the context of a job, in the thread that entered it."""
    if job_id in _running:
        _running.pop(job_id).close()
