"""A management command acts for nobody in particular, but the log should say which command it was."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import PurePath

from django_schemapatterns.context.payload import clean
from django_schemapatterns.context.values import Context


@cache
def command_context() -> Context | None:
    """Give the context beneath all others in a process that Django's manage.py started, else None."""
    name = running_command(sys.argv)
    return None if name is None else Context(data=clean({"command": name}))


def running_command(argv: Sequence[str]) -> str | None:
    """
    Read the name of the command off the command line; not its arguments, which may hold secrets.

        running_command(["./manage.py", "migrate", "--database", "other"])  # "migrate"
    """
    if len(argv) < 2 or argv[1].startswith("-"):
        return None
    program = PurePath(argv[0])
    is_django = program.stem in {"manage", "django-admin"} or program.parts[-2:] == ("django", "__main__.py")
    return argv[1] if is_django else None
