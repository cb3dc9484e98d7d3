"""
Does in the current folder what a page tells its reader to do.

A program of its own, since Django is set up once a process. It takes the steps of the page as JSON from
standard input. Files are written; consoles, Python and SQL run in the order of the page, and what they print
must be what the page shows. Python keeps its names until a file changes.
"""

from __future__ import annotations

import ast
import doctest
import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

SETTINGS = Path("mysite/settings.py")
OUTPUT = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
OVERRIDE = "\nimport json, os\nDATABASES = json.loads(os.environ['DOCS_DATABASES'])\n"

Step = dict[str, Any]


def main() -> None:
    steps: list[Step] = json.load(sys.stdin)
    names: dict[str, Any] = {"__name__": "__main__"}
    ready = False
    while steps:
        step = steps[0]
        if step["file"] and ready:
            restart(steps)
        if not (step["file"] or step["language"] == "console" or ready):
            set_up(migrate=bool(Path("manage.py").exists()))
            ready = True
        do(steps.pop(0), names)


def restart(steps: list[Step]) -> None:
    """Go on in a new process, which reads the changed files."""
    subprocess.run([sys.executable, __file__], input=json.dumps(steps), text=True, check=True)
    sys.exit()


def set_up(*, migrate: bool) -> None:
    import django
    from django.core.management import call_command

    sys.path.insert(0, "")
    sys.argv = ["manage.py", "shell"]  # that is where readers type Python
    os.environ["DJANGO_SETTINGS_MODULE"] = "mysite.settings"
    django.setup()
    call_command("makemigrations", verbosity=0)
    for alias in json.loads(os.environ["DOCS_DATABASES"]):
        call_command("migrate", verbosity=0, database=alias)


def do(step: Step, names: dict[str, Any]) -> None:
    try:
        if step["file"]:
            write(Path(step["file"]), step["text"])
        else:
            {"console": console, "python": python, "pycon": pycon, "sql": sql}[step["language"]](step, names)
    except BaseException as error:
        error.add_note(f"in {step['page']}, line {step['line']}")
        raise


def write(path: Path, text: str) -> None:
    """Add a block to a file; a class that is there already is replaced where it stands."""
    kept = path.read_text() if path.exists() else ""
    if path == SETTINGS:
        kept = kept.removesuffix(OVERRIDE)
    old = classes(kept)
    for name, source in classes(text).items():
        if name in old:
            kept, text = kept.replace(old[name], source), text.replace(source, "")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{kept}\n{text}" + (OVERRIDE if path == SETTINGS else ""))


def classes(source: str) -> dict[str, str]:
    nodes = [node for node in ast.parse(source).body if isinstance(node, ast.ClassDef)]
    return {node.name: ast.get_source_segment(source, node) or "" for node in nodes}


def console(step: Step, names: dict[str, Any]) -> None:
    for call in re.split(r"(?m)^\$ ", step["text"])[1:]:
        command, _, wanted = call.partition("\n")
        run = subprocess.run(
            [{"python": sys.executable}.get(word, word) for word in shlex.split(command)],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        assert run.returncode == 0, f"$ {command}\n{run.stdout}"
        compare(command, wanted, run.stdout)
        if "startproject" in command:
            write(SETTINGS, "")


def compare(what: str, wanted: str, got: str) -> None:
    if wanted.strip():
        got = re.sub(r"\x1b\[\d*m", "", got)
        assert doctest.OutputChecker().check_output(wanted, got, OUTPUT), (
            f"{what}\nThe page says:\n{wanted}\nIt printed:\n{got}"
        )


def python(step: Step, names: dict[str, Any]) -> None:
    padding = "\n" * (step["line"] - 1)
    exec(compile(padding + step["text"], step["page"], "exec"), names)


def pycon(step: Step, names: dict[str, Any]) -> None:
    page, line = step["page"], step["line"] - 1
    test = doctest.DocTestParser().get_doctest(step["text"], names, page, page, line)
    test.globs = names
    runner = doctest.DocTestRunner(optionflags=OUTPUT | doctest.IGNORE_EXCEPTION_DETAIL)
    said: list[str] = []
    runner.run(test, out=said.append, clear_globs=False)
    assert not runner.failures, "".join(said)


def sql(step: Step, names: dict[str, Any]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(step["text"])


if __name__ == "__main__":
    main()
