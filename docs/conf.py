"""The documentation: sphinx-build -W docs docs/_build."""  # noqa: INP001 - Sphinx wants it like this

from __future__ import annotations

import re
from typing import Any

import django
from django.conf import settings

from django_schemapatterns import __version__

settings.configure(
    INSTALLED_APPS=[
        "django.contrib.admin",
        "django.contrib.auth",
        "django.contrib.contenttypes",
        "django.contrib.messages",
        "django.contrib.postgres",
        "pgtrigger",
        "django_schemapatterns",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.postgresql"}},
)
django.setup()

project = "django-schemapatterns"
author = "django-schemapatterns contributors"
copyright = author  # noqa: A001 - Sphinx's name
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc"]
exclude_patterns = ["_build"]
nitpicky = False

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
autodoc_mock_imports = ["celery", "rest_framework"]

html_theme = "furo"
html_title = project

_ARGUMENT = re.compile(r"^(\*{0,2}\w+(?:, \*{0,2}\w+)*): (.*)$")


def render_docstring(lines: list[str]) -> list[str]:
    """
    Make reStructuredText of a docstring of ours.

    Indented lines are an example, `names` stand between single backticks, and a line that begins with the
    names of arguments and a colon describes them.
    """
    rendered: list[str] = []
    in_example = False
    for line in lines:
        if line.startswith("    "):
            rendered += [line] if in_example else [".. code-block:: python", "", line]
            in_example = True
            continue
        if in_example and line.strip():
            in_example = False
        argument = _ARGUMENT.match(line)
        text = f"{_code(argument[1])}: {argument[2]}" if argument else line
        rendered += ["", _backticks(text)] if argument else [text if in_example else _backticks(text)]
    return rendered


def _code(names: str) -> str:
    return ", ".join(f"``{name}``" for name in names.split(", "))


def _backticks(line: str) -> str:
    return re.sub(r"(?<!`)`([^`]+)`(?!`)", r"``\1``", line)


def on_docstring(*arguments: Any) -> None:
    lines = arguments[-1]
    lines[:] = render_docstring(lines)


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", on_docstring)
