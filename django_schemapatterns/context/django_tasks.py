"""
Django's own tasks, since Django 6.0, say their name while they run.

Their signals carry nothing from the program that asks to the one that does, so there a task acts for nobody.
Where the context matters, hand it over as an argument, `resize.enqueue(pk, context.snapshot())`, and say in
the task `with context.restore(sent): ...`.
"""

from __future__ import annotations

from typing import Any

import django

from django_schemapatterns.context import jobs

UID = "schemapatterns.context"


def install() -> None:
    """Listen to the signals around each task, where Django has them."""
    if django.VERSION < (6, 0):
        return
    from django.tasks.signals import task_finished, task_started

    task_started.connect(_begin, dispatch_uid=UID)
    task_finished.connect(_end, dispatch_uid=UID)


def _begin(task_result: Any, **kwargs: Any) -> None:
    jobs.begin(task_result.id, task_result.task.module_path)


def _end(task_result: Any, **kwargs: Any) -> None:
    jobs.end(task_result.id)
