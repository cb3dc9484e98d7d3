"""SQL that lives in versioned files, one object a file, never edited after a release."""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import Final

PACKAGE: Final = "django_schemapatterns"


@cache
def load(pattern: str, name: str, version: int) -> str:
    """
    Return the text of `<pattern>/sql/<name>.v<version>.sql`.

        load("audit", "audit_log", 1)
    """
    return (
        resources.files(PACKAGE)
        .joinpath(pattern, "sql", f"{name}.v{version}.sql")
        .read_text(encoding="utf-8")
    )


def render(template: str, **values: str) -> str:
    """
    Return the template with each `{{name}}` replaced by its value.

    Double braces, so that JSON literals and plpgsql need no escaping; one pass, so that a value is never
    taken for a template.
    """
    return re.sub(r"\{\{(\w+)\}\}", lambda match: values[match[1]], template)


def dollar_quotes(*texts: str, tag: str = "") -> str:
    """Return dollar quotes that occur in none of the texts, for a string that holds them."""
    while any(f"${tag}$" in text for text in texts):
        tag += "_"
    return f"${tag}$"
