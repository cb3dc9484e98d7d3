"""Regular expressions that PostgreSQL and Python read alike."""

from __future__ import annotations

import re
from collections.abc import Callable

from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.schema.names import literal

# What means something else, or other letters, in PostgreSQL than in Python; first all, then outside of sets.
_NOT_SHARED = re.compile(r"\\[0-9A-Za-z]|\[\^?[^]]*\[")
_NOT_SHARED_OUTSIDE = re.compile(r"\(\?(?!:)|[$^]|[*+?}][+?]|\{,")


def matcher(regex: str) -> Callable[[str], bool]:
    """
    Return what tells whether a whole text matches; anchors are implied.

    Raises ConfigurationError for what the two read differently.
    """
    if unshared := _unshared(regex):
        raise ConfigurationError(
            f"The pattern {regex!r} has {unshared!r}, which PostgreSQL and Python do not read alike. "
            "Write the characters out, as in [0-9A-Za-z], and leave anchors away: they are implied."
        )
    compiled = re.compile(regex, re.DOTALL)
    return lambda text: compiled.fullmatch(text) is not None


def sql(regex: str) -> str:
    """Return the pattern as the operator ~ takes it."""
    return literal(f"^(?:{regex})$")


def _unshared(regex: str) -> str:
    """Return the first part of a pattern that PostgreSQL and Python read differently, or nothing."""
    plain = re.sub(r"\\[^0-9A-Za-z]", "x", regex)
    outside = re.sub(r"\[\^?[^]]+\]", "x", plain)
    found = _NOT_SHARED.search(plain) or _NOT_SHARED_OUTSIDE.search(outside)
    return found[0] if found else ""
