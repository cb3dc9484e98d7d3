"""Install, start PostgreSQL, migrate, fill and serve the example shop."""

from __future__ import annotations

import argparse
import os
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from example_project.bootstrap import PROJECT, ensure_environment, say
from example_project.postgres import ServerError, database_from_url, running_server

HOST = "127.0.0.1"
OLDEST_POSTGRES = 15
ADMIN = {"username": "admin", "email": "admin@example.com", "password": "admin"}


def main() -> None:
    """Serve the demo until Ctrl-C."""
    signal.signal(signal.SIGTERM, end)
    try:
        options = parse(sys.argv[1:])
        refuse_taken_port(options.port)
        ensure_environment("example_project", sys.argv[1:], extra="demo")
        with database(reset=options.reset) as url:
            os.environ["DATABASE_URL"] = url
            prepare(options.products, options.orders)
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
def database(*, reset: bool) -> Iterator[str]:
    """Give the URL of the caller's server, or of the embedded one for as long as we run."""
    if url := os.environ.get("DATABASE_URL"):
        if reset:
            sys.exit("--reset throws away the embedded server's data, but DATABASE_URL names another server.")
        try:
            database_from_url(url)
        except ValueError as error:
            sys.exit(str(error))
        yield url
        return
    home = Path(os.environ.get("SCHEMAPATTERNS_DATA") or PROJECT / ".postgres")
    say("Starting PostgreSQL")
    with running_server(home, fresh=reset) as url:
        say(f"It listens: psql '{url}'")
        yield url


def prepare(products: int, orders: int) -> None:
    """Bring the database to the newest migration, and fill an empty shop."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "example_project.settings"
    import django
    from django.apps import apps
    from django.contrib.auth import get_user_model
    from django.core.management import CommandError, call_command

    django.setup()
    refuse_unusable_database()
    try:
        call_command("migrate", interactive=False)
        if not apps.get_model("shop", "Product").objects.exists():
            call_command("demo_data", products=products, orders=orders, seed=1)
    except CommandError as error:
        sys.exit(str(error))
    users = get_user_model().objects
    if not users.filter(email=ADMIN["email"]).exists():
        users.create_superuser(**ADMIN)


def refuse_unusable_database() -> None:
    from django.db import Error, connection

    try:
        connection.ensure_connection()
    except Error as error:
        sys.exit(f"The server of DATABASE_URL cannot be used:\n{error}")
    version = connection.cursor().connection.info.server_version
    if version < OLDEST_POSTGRES * 10_000:
        sys.exit(f"The demo needs PostgreSQL {OLDEST_POSTGRES} or newer; this is {version // 10_000}.")


def serve(port: int) -> None:
    """Say where, and as whom to log in; then serve until Ctrl-C."""
    from django.contrib.auth import get_user_model
    from django.core.management import call_command

    login = ADMIN[get_user_model().USERNAME_FIELD]
    say(f"\n  http://{HOST}:{port}/admin/")
    say(f"  Log in as {login} with the password {ADMIN['password']}. Ctrl-C stops.\n")
    os.environ["DJANGO_RUNSERVER_HIDE_WARNING"] = "true"  # what the demo is for needs no warning
    call_command("runserver", f"{HOST}:{port}", use_reloader=False)
