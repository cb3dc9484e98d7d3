"""The tests in one command, from a fresh checkout: python -m tests [pytest's arguments]."""

import sys
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be able to read this far
    sys.exit(
        f"The tests need Python 3.11 or newer; this is {sys.version_info.major}.{sys.version_info.minor}."
    )

from example_project.bootstrap import ensure_environment, run_module

PARALLEL = ["--numprocesses=auto", "--dist=loadscope"]  # what the caller says comes later and wins


def main() -> None:
    """Install the group `test`, then run pytest on the server that tests/conftest.py starts."""
    ensure_environment("tests", sys.argv[1:], extra="demo", group="test")
    run_module(Path(sys.executable), "pytest", [*PARALLEL, *sys.argv[1:]])


if __name__ == "__main__":
    main()
