"""
The keeper of a PostgreSQL server: starts it, prints its URL, and stops it when standard input ends.

Run by postgres.py with a task in JSON. It holds a lock on the server's home: a server that still runs there
while nobody holds the lock is an orphan, and is stopped first.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import quote

PATIENCE = 60  # seconds for a start, a stop or the end of another keeper
LONGEST_SOCKET_FOLDER = 85  # the system allows about 104 bytes, with the name of the socket
BUILTIN_LOCALE_SINCE = 17


class StartError(Exception):
    """The server could not be started; the message says why and what to do."""


@dataclass(frozen=True)
class Server:
    """One PostgreSQL server in one home folder, run by a user who is not root."""

    home: Path
    programs: Path
    user: str | None = None
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "log"

    @property
    def pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    def spawn(self, program: str, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        """Start one of PostgreSQL's programs as the server's user, untouched by PG* variables."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
        if self.user:
            import pwd

            options |= {"user": self.user, "group": pwd.getpwnam(self.user).pw_gid, "extra_groups": []}
        command = [str(self.programs / program), *arguments]
        return subprocess.Popen(
            command, cwd=self.home, env=environment, stdin=subprocess.DEVNULL, text=True, **options
        )

    def run(self, program: str, *arguments: str) -> str:
        """Run one of PostgreSQL's programs to its end and give what it printed."""
        process = self.spawn(program, *arguments, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        output, _ = process.communicate()
        if process.returncode:
            raise StartError(f"{program} failed:\n{output.strip()}")
        return output.strip()

    def major_version(self) -> int:
        return int(self.run("postgres", "--version").split()[2].split(".")[0])

    def initialise(self) -> None:
        """Make the data folder, or refuse one that another version made."""
        version = self.major_version()
        if self.data.exists():
            made_by = (self.data / "PG_VERSION").read_text().strip()
            if made_by != str(version):
                raise StartError(f"{self.data} was made by PostgreSQL {made_by}, not {version}: remove it.")
            return
        locale = ["--locale=C.UTF-8"]
        if version >= BUILTIN_LOCALE_SINCE:  # the same on every system
            locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        unfinished = self.home / "unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self.run(
            "initdb", "-D", str(unfinished), "-U", "postgres", "-A", "trust", "-E", "UTF8", "-N", *locale
        )
        unfinished.rename(self.data)

    def stop_orphan(self) -> None:
        """Stop the server of a keeper that died, and forget a process id that means nothing any more."""
        if not self.pid_file.exists():
            return
        port, folder, host = [*self.pid_file.read_text().splitlines(), *[""] * 6][3:6]
        if listens(port, folder, host):
            self.run("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-t", str(PATIENCE))
        self.pid_file.unlink(missing_ok=True)
        with suppress(OSError):  # a folder of its own for the socket is empty now
            Path(folder).rmdir()

    def start(self, address: dict[str, str]) -> subprocess.Popen[str]:
        """Start the server and wait until it takes connections."""
        parameters = {"listen_addresses": "", "unix_socket_directories": "", **self.settings, **address}
        arguments = [part for name, value in parameters.items() for part in ("-c", f"{name}={value}")]
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            with self.log.open("w") as log:
                process = self.spawn("postgres", "-D", str(self.data), *arguments, stdout=log, stderr=log)
            if self.becomes_ready(process, deadline):
                return process
            if (
                "still in use" not in self.log.read_text()
            ):  # else the last backends of a crash are still leaving
                break
            time.sleep(0.2)
        raise StartError(f"PostgreSQL did not start. The end of {self.log}:\n{self.log.read_text()[-2000:]}")

    def becomes_ready(self, process: subprocess.Popen[str], deadline: float) -> bool:
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(FileNotFoundError):
                lines = self.pid_file.read_text().split()
                if lines[:1] == [str(process.pid)] and lines[-1] == "ready":
                    return True
            time.sleep(0.02)
        process.kill()
        process.wait()
        return False

    def stop(self, process: subprocess.Popen[str]) -> None:
        for mode in ("fast", "immediate"):
            if process.poll() is None:
                with suppress(StartError):
                    self.run("pg_ctl", "stop", "-D", str(self.data), "-m", mode, "-t", str(PATIENCE))
        process.wait()


def main(task: dict[str, Any]) -> None:
    """Keep one server until standard input ends."""
    signal.signal(signal.SIGTERM, end)
    with ExitStack() as cleanup:
        try:
            server = prepared_server(task, cleanup.callback)
            address, url = server_address(server, cleanup.callback)
            cleanup.enter_context(lock(server.home))
            server.stop_orphan()
            if task.get("fresh"):
                shutil.rmtree(server.data, ignore_errors=True)
            server.initialise()
            process = server.start(address)
        except (StartError, OSError) as error:
            print_answer(error=str(error))
            return
        cleanup.callback(server.stop, process)
        print_answer(url=url)
        sys.stdin.read()


def end(*_: object) -> NoReturn:
    raise SystemExit


def print_answer(**answer: str) -> None:
    with suppress(BrokenPipeError):
        print(json.dumps(answer), flush=True)


def prepared_server(task: dict[str, Any], at_end: Callable[..., Any]) -> Server:
    """Make the server's home; for root, one that the server's user can reach, and programs too."""
    home, programs = Path(task["home"]), Path(task["programs"])
    if task.get("temporary"):
        at_end(shutil.rmtree, home, ignore_errors=True)
    home.mkdir(parents=True, exist_ok=True)
    if os.name == "nt" or os.geteuid() != 0:
        return Server(home, programs, settings=task.get("settings", {}))
    user = unprivileged_user()
    if not can_be_reached(home):
        home = Path("/var/lib/schemapatterns", hashlib.sha256(bytes(home)).hexdigest()[:12])
        home.mkdir(parents=True, exist_ok=True)
        if task.get("temporary"):
            at_end(shutil.rmtree, home, ignore_errors=True)
    if not can_be_reached(programs / "postgres"):
        programs = copy_programs(programs, home / "programs", user)
    home.chmod(0o700)
    shutil.chown(home, user)
    return Server(home, programs, user, task.get("settings", {}))


def copy_programs(programs: Path, target: Path, user: str) -> Path:
    """Copy the embedded server, and the libraries that lie beside its package, to where the user may go."""
    package, where = programs.parents[1], programs.parents[2]
    for source in (package, package.with_suffix(".libs")):
        if source.exists():
            shutil.copytree(source, target / source.name, dirs_exist_ok=True)
    for path in (target, *target.rglob("*")):
        shutil.chown(path, user)
    return target / programs.relative_to(where)


def listens(port: str, folder: str, host: str) -> bool:
    """Tell whether a server is where a process id's file says."""
    with suppress(OSError, ValueError):
        if folder:
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(f"{folder}/.s.PGSQL.{port}")
        else:
            socket.create_connection((host, int(port)), timeout=1).close()
        return True
    return False


def unprivileged_user() -> str:
    """Name the user who runs the server for root, whom PostgreSQL refuses."""
    import pwd

    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def can_be_reached(path: Path) -> bool:
    """Tell whether users other than root may enter every folder on the way."""
    return all(folder.stat().st_mode & stat.S_IXOTH for folder in path.parents)


def server_address(server: Server, at_end: Callable[..., Any]) -> tuple[dict[str, str], str]:
    """Choose a socket that only the server's user and root can use, or a local port on Windows."""
    if os.name == "nt":
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port = str(probe.getsockname()[1])
        return {
            "listen_addresses": "127.0.0.1",
            "port": port,
        }, f"postgresql://postgres@127.0.0.1:{port}/postgres"
    folder = server.home
    if len(bytes(folder)) > LONGEST_SOCKET_FOLDER:
        folder = Path(tempfile.mkdtemp(prefix="schemapatterns-"))
        at_end(shutil.rmtree, folder, ignore_errors=True)
        if server.user:
            shutil.chown(folder, server.user)
    url = f"postgresql://postgres@/postgres?host={quote(str(folder), safe='')}&port=5432"
    return {"unix_socket_directories": f'"{folder}"', "port": "5432"}, url


@contextmanager
def lock(home: Path) -> Iterator[None]:
    """Hold the home alone; wait a little for a keeper that is about to leave."""
    if os.name == "nt":  # there PostgreSQL's own lock must do
        yield
        return
    import fcntl

    with (home / "lock").open("w") as file:
        deadline = time.monotonic() + 5
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise StartError(f"Another program runs a server in {home}: stop it first.") from None
                time.sleep(0.1)
        yield


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
