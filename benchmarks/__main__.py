"""
The benchmarks in one command, from a fresh checkout.

    python -m benchmarks audit
    python -m benchmarks softdelete
    python -m benchmarks attributes
    python -m benchmarks search
    python -m benchmarks periods
    python -m benchmarks appsettings
    python -m benchmarks encryption
    python -m benchmarks rowsecurity --rows 1000000
    python -m benchmarks audit --only update,delete --contenders "none,ours,pghistory statement" --repeat 3

They run on the embedded PostgreSQL, on disk and with its defaults, or on the server of DATABASE_URL, in a
database of their own that goes when they end; they need a superuser.
"""

import argparse
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

from example_project.bootstrap import ensure_environment, say
from example_project.postgres import running_server

HOME = Path(__file__).with_name(".postgres")
SUITES = [
    "audit",
    "softdelete",
    "periods",
    "attributes",
    "search",
    "appsettings",
    "partitions",
    "rowsecurity",
    "encryption",
]


def main() -> None:
    options = parse(sys.argv[1:])
    ensure_environment("benchmarks", sys.argv[1:], extra="demo", group="benchmarks")
    with server() as url:
        os.environ |= {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"}
        run(options)


def parse(arguments: list[str]) -> argparse.Namespace:
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m benchmarks", description=__doc__, formatter_class=form)
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--only", metavar="NAMES", default="", help="operations, separated by commas")
    parser.add_argument("--contenders", metavar="NAMES", default="", help="the same for the contenders")
    parser.add_argument("--rows", type=int, default=10_000, help="rows of the table (10000)")
    parser.add_argument("--repeat", type=int, default=7, help="repetitions of each measurement (7)")
    parser.add_argument("--nobody", action="store_true", help="tell no contender who acts")
    return parser.parse_args(arguments)


@contextmanager
def server() -> Iterator[str]:
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    say("Starting PostgreSQL")
    try:
        with running_server(HOME, fresh=True) as url:
            yield url
    finally:
        shutil.rmtree(HOME, ignore_errors=True)


def run(options: argparse.Namespace) -> None:
    import django
    from django.db import connection

    django.setup()
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        import_module(f"benchmarks.{options.suite}.suite").run(options)
    finally:
        connection.creation.destroy_test_db(str(connection.settings_dict["NAME"]), verbosity=0)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
