"""Checks of `check --database` on whom the database believes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, Warning as CheckWarning
from django.db import connections

from django_schemapatterns import conf
from django_schemapatterns.context.signing import SETTING
from django_schemapatterns.rowsecurity import signed_context


def check_signed_context(databases: Sequence[str] | None = None, **kwargs: Any) -> list[CheckMessage]:
    """Find out whether the database believes this process, and nobody else."""
    found = [alias for alias in databases or () if connections[alias].vendor == "postgresql"]
    return [message for alias in found for message in _messages(alias)]


def _messages(alias: str) -> Iterator[CheckMessage]:
    state = signed_context.state(alias)
    if state is None:
        return
    refusal = signed_context.refusal(alias)
    if refusal:
        yield Error(f"{alias!r} does not believe this process: {refusal}", id="schemapatterns.E470")
    if conf.get().context_keys and not state.is_required:
        yield CheckWarning(
            f"{SETTING} is set, and {alias!r} believes every context, signed or not.",
            hint="Run `manage.py signed_context on` once every process that writes has the keys.",
            id="schemapatterns.W471",
        )
    if state.readers:
        yield Error(
            f"The keys of {alias!r} can be seen by {', '.join(state.readers)}, who can sign any context.",
            hint="REVOKE ALL ON TABLE schemapatterns.context_key FROM them, and change the keys.",
            id="schemapatterns.E472",
        )
