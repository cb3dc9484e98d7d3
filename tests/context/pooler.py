"""A real PgBouncer, in transaction mode, in front of the test server."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

CONFIGURATION = """
[databases]
{name} = {target}

[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = {size}
"""


def find_pgbouncer() -> str | None:
    """Give the program of Debian's package pgbouncer, if it is installed."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


@contextmanager
def running_pgbouncer(database: dict[str, Any], folder: Path, size: int) -> Iterator[dict[str, Any]]:
    """Run a pooler of `size` connections to `database`, and give the settings to reach it by."""
    port = _free_port()
    keys = {"host": "HOST", "port": "PORT", "user": "USER", "password": "PASSWORD", "dbname": "NAME"}
    target = " ".join(f"{key}='{database[name]}'" for key, name in keys.items() if database[name])
    configuration = folder / "pgbouncer.ini"
    configuration.write_text(CONFIGURATION.format(name=database["NAME"], target=target, port=port, size=size))
    configuration.chmod(0o644)
    reached_by = {"HOST": "127.0.0.1", "PORT": str(port), "PASSWORD": ""}
    program = [str(find_pgbouncer()), "--quiet", *_as_server(database["HOST"]), str(configuration)]
    with subprocess.Popen(program) as process:
        try:
            _wait_for(process, port)
            yield reached_by
        finally:
            process.terminate()


def _as_server(host: str) -> list[str]:
    # It refuses to be run by root, and only the server's own user may enter the folder of the socket.
    if os.geteuid() != 0:
        return []
    owner = Path(host).owner() if host.startswith("/") else "root"
    return ["--user", "nobody" if owner == "root" else owner]


def _free_port() -> int:
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(process: subprocess.Popen[bytes], port: int, seconds: int = 20) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
