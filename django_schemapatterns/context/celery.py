"""
Celery's jobs act for whoever asked for them.

    # project/celery.py
    from django_schemapatterns.context import celery as who_acts

    app = Celery("project")
    who_acts.install()

The message of a job carries the context in its headers. The worker restores it and adds `task` and `task_id`.
"""

from __future__ import annotations

from typing import Any

from celery import signals
from django.core.exceptions import SynchronousOnlyOperation

from django_schemapatterns.context import jobs
from django_schemapatterns.context.scope import acting_as, snapshot

HEADER = "schemapatterns"


def install() -> None:
    """Listen to Celery's signals, in the programs that send jobs and in those that do them."""
    signals.before_task_publish.connect(_send, dispatch_uid=HEADER)
    signals.task_prerun.connect(_begin, dispatch_uid=HEADER)
    signals.task_postrun.connect(_end, dispatch_uid=HEADER)


def _send(headers: dict[str, Any], **kwargs: Any) -> None:
    try:
        sent = snapshot()
    except SynchronousOnlyOperation:
        # Sent from an event loop, for a user whom nobody has looked up: the id of the request remains.
        with acting_as(user=""):
            sent = snapshot()
    if sent:
        headers[HEADER] = sent


def _begin(task_id: str, task: Any, **kwargs: Any) -> None:
    jobs.begin(task_id, task.name, task.request.get(HEADER))


def _end(task_id: str, **kwargs: Any) -> None:
    jobs.end(task_id)
