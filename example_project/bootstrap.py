"""
From a fresh checkout to a virtualenv in which the demo and the tests can run; only the standard library.

The active virtualenv is used where there is one, else `.venv` in the project, if need be new. A stamp in it
tells what was installed, so that pip runs again only after pyproject.toml has changed.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tomllib
import venv
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

PROJECT = Path(__file__).resolve().parent.parent
PYPROJECT = PROJECT / "pyproject.toml"


def ensure_environment(module: str, arguments: Sequence[str], *, extra: str, group: str = "") -> None:
    """
    Return inside a virtualenv with the project, an extra and a dependency group; else run `module` in one.

        ensure_environment("example_project", sys.argv[1:], extra="demo")
    """
    python = find_python()
    stamp = installed_prefix(python) / f"schemapatterns-{extra}-{group}.stamp"
    wanted = fingerprint()
    if not stamp.exists() or stamp.read_text() != wanted:
        install(python, extra, group)
        stamp.write_text(wanted)
    elif is_virtualenv():
        return
    run_module(python, module, arguments)


def is_virtualenv() -> bool:
    return sys.prefix != sys.base_prefix


def find_python() -> Path:
    """Give the interpreter of the active virtualenv, else of the project's, made when missing or broken."""
    if is_virtualenv():
        return Path(sys.executable)
    folder = PROJECT / ".venv"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not works(python):
        say(f"Making the virtualenv {folder}")
        make_virtualenv(folder)
    return python


def works(python: Path) -> bool:
    """Tell whether an interpreter is there, can be run and has pip."""
    try:
        return not subprocess.run(
            [python, "-c", "import pip"], stderr=subprocess.DEVNULL, check=False
        ).returncode
    except OSError:
        return False


def make_virtualenv(folder: Path) -> None:
    try:
        venv.create(folder, with_pip=True, clear=True, symlinks=os.name != "nt")
    except (subprocess.CalledProcessError, ImportError):
        shutil.rmtree(folder, ignore_errors=True)
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        sys.exit(
            f"This Python cannot make a virtualenv with pip.\n"
            f"On Debian and Ubuntu: apt-get install python{version}-venv. Elsewhere make one and activate it."
        )


def installed_prefix(python: Path) -> Path:
    return Path(sys.prefix) if is_virtualenv() else python.parent.parent


def fingerprint() -> str:
    """Tell one state of the project's requirements from another."""
    return hashlib.sha256(PYPROJECT.read_bytes() + bytes(PROJECT)).hexdigest()


def install(python: Path, extra: str, group: str) -> None:
    """Install the project for editing, and what the extra and the group ask for, whatever pip's age."""
    if not works(python):
        reason = "This virtualenv has no pip: make one that has, and activate it."
        run_or_exit([str(python), "-m", "ensurepip"], reason)
    say(f"Installing the project in {python.parent.parent} (the first time takes a minute or two)")
    pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    pip += ["--editable", f"{PROJECT}[{extra}]", *dependency_group(group)]
    run_or_exit(pip, "pip could not install what is needed; see above.")


def dependency_group(name: str) -> list[str]:
    """Give the requirements of a group of pyproject.toml, and of the groups it includes."""
    if not name:
        return []
    pyproject: dict[str, Any] = tomllib.loads(PYPROJECT.read_text())
    requirements: list[str] = []
    for item in pyproject["dependency-groups"][name]:
        requirements += [item] if isinstance(item, str) else dependency_group(item["include-group"])
    return requirements


def run_or_exit(command: Sequence[str], reason: str) -> None:
    if subprocess.run(command, cwd=PROJECT, check=False).returncode:
        sys.exit(reason)


def run_module(python: Path, module: str, arguments: Sequence[str]) -> NoReturn:
    """Become `python -m module arguments`, in the project's folder."""
    os.chdir(PROJECT)
    command = [str(python), "-m", module, *arguments]
    if os.name == "nt":  # there exec would return to the shell at once
        sys.exit(subprocess.run(command, check=False).returncode)
    sys.stdout.flush()
    os.execv(python, command)


def say(text: str) -> None:
    print(text, flush=True)
