"""The shop in one command, from a fresh checkout: python -m example_project."""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must be able to read this far
    sys.exit(
        f"The demo needs Python 3.11 or newer; this is {sys.version_info.major}.{sys.version_info.minor}."
    )

from example_project.demo import main

if __name__ == "__main__":
    main()
