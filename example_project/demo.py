"""Install, start PostgreSQL, make roles, migrate, fill and serve the example shop."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from example_project import logins
from example_project.bootstrap import PROJECT, ensure_environment, say
from example_project.postgres import ServerError, database_from_url, running_server
from example_project.prepare import ADMIN

HOST = "127.0.0.1"


def main() -> None:
    """Serve the demo until Ctrl-C."""
    signal.signal(signal.SIGTERM, end)
    try:
        options = parse(sys.argv[1:])
        refuse_taken_port(options.port)
        ensure_environment("example_project", sys.argv[1:], extra="demo")
        sizes = [f"--products={options.products}", f"--orders={options.orders}"]
        with prepared_database(sizes, reset=options.reset) as settings:
            os.environ.update(settings)
            serve(options.port)
    except ServerError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m example_project", description=__doc__)
    parser.add_argument("--port", type=int, default=8000, help="port of the web server (8000)")
    parser.add_argument("--products", type=int, default=2000, help="products in an empty shop (2000)")
    parser.add_argument("--orders", type=int, default=500, help="orders in an empty shop (500)")
    parser.add_argument("--reset", action="store_true", help="throw the embedded server's data away first")
    return parser.parse_args(arguments)


def refuse_taken_port(port: int) -> None:
    """Say now, not after minutes of installing, that the web server could not start."""
    try:
        socket.create_server((HOST, port)).close()
    except OSError as error:
        sys.exit(
            f"Port {port} of {HOST} cannot be used: {error.strerror}.\n"
            f"Choose another one: python -m example_project --port {port + 1}"
        )


def end(*_: object) -> NoReturn:
    raise SystemExit(128 + signal.SIGTERM)


@contextmanager
def prepared_database(sizes: Sequence[str], *, reset: bool) -> Iterator[dict[str, str]]:
    """Give what the web server's environment needs beside the caller's: the embedded server's logins."""
    if url := os.environ.get("DATABASE_URL"):
        if reset:
            sys.exit("--reset throws away the embedded server's data, but DATABASE_URL names another server.")
        try:
            database_from_url(url)
        except ValueError as error:
            sys.exit(str(error))
        migrations = os.environ.get("MIGRATIONS_DATABASE_URL", url)
        run("example_project.prepare", *sizes, environment={"DATABASE_URL": migrations})
        yield {}
        return
    home = Path(os.environ.get("SCHEMAPATTERNS_DATA") or PROJECT / ".postgres")
    say("Starting PostgreSQL")
    with running_server(home, fresh=reset) as url:
        say(f"It listens: psql '{url}'")
        yield prepare_with_roles(url, sizes)


def prepare_with_roles(superuser: str, sizes: Sequence[str]) -> dict[str, str]:
    """Make roles, let the login that migrates prepare the database, and hand what it made to the owner."""
    environment = logins.environment(superuser)
    by_superuser = {"DATABASE_LOGINS": logins.LOGINS, "DATABASE_URL": superuser}
    by_migrations = {**by_superuser, "DATABASE_URL": environment["MIGRATIONS_DATABASE_URL"]}
    run("django", "dbroles", "apply", environment=by_superuser, quiet=True)
    run("example_project.prepare", *sizes, environment=by_migrations)
    run("django", "dbroles", "apply", environment=by_superuser, quiet=True)
    run("django", "signed_context", "on", environment=by_superuser, quiet=True)
    say(f"The web server logs in as {logins.WEB}, which policies bind; staff go through {logins.STAFF}.")
    return environment


def run(module: str, *arguments: str, environment: Mapping[str, str], quiet: bool = False) -> None:
    """Run a module of Python to its end, or end with it."""
    finished = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=PROJECT,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "example_project.settings", **environment},
        stdout=subprocess.DEVNULL if quiet else None,
        check=False,
    )
    if finished.returncode:
        sys.exit(finished.returncode)


def serve(port: int) -> None:
    """Say where, and as whom to log in; then serve until Ctrl-C."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "example_project.settings"
    import django
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    django.setup()
    login = ADMIN[get_user_model().USERNAME_FIELD]
    say(f"\n  http://{HOST}:{port}/admin/")
    say(f"  Log in as {login} with the password {ADMIN['password']}. Ctrl-C stops.\n")
    os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"  # what the demo is for needs no warning
    call_command("runserver", f"{HOST}:{port}", use_reloader=False)
