"""Checks of `check --database` on whom the database believes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning as CheckWarning
from django.db import connections

from django_schemapatterns import conf
from django_schemapatterns.context.signing import SETTING
from django_schemapatterns.rowsecurity import signed_context
from django_schemapatterns.rowsecurity.signed_context import State


def check_signed_context(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find out whether the database believes this process, and nobody else has its keys."""
    return [message for alias, state in _states(databases) for message in _errors(alias, state)]


def check_unsigned_context(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find databases that ask for no signature, though this process signs (`check --deploy`)."""
    if not conf.get().context_keys:
        return []
    return [
        CheckWarning(
            f"{SETTING} is set, and {alias!r} believes every context, signed or not.",
            hint="Run `manage.py signed_context on` once every process that writes has the keys.",
            id="schemapatterns.W471",
        )
        for alias, state in _states(databases)
        if not state.is_required
    ]


def _states(databases: Sequence[str] | None) -> Iterator[tuple[str, State]]:
    for alias in databases or ():
        if connections[alias].vendor == "postgresql" and (found := signed_context.state(alias)):
            yield alias, found


def _errors(alias: str, state: State) -> Iterator[CheckMessage]:
    if refusal := signed_context.refusal(alias):
        yield Error(f"{alias!r} does not believe this process: {refusal}", id="schemapatterns.E470")
    if state.readers:
        yield Error(
            f"The keys of {alias!r} can be seen by {', '.join(state.readers)}, who can sign any context.",
            hint="Change the keys and run `manage.py signed_context on`, which takes such grants back.",
            id="schemapatterns.E472",
        )
