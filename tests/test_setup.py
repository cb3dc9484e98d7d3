"""What a stranger meets first: the server, the installation and the demo, started, stopped and killed."""

from __future__ import annotations

import ast
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

import psycopg
import pytest

from example_project import bootstrap
from example_project.postgres import ServerError, database_from_url, running_server, temporary_server

pytestmark = pytest.mark.end_to_end

VERSION = os.environ.get("SCHEMAPATTERNS_POSTGRES", "")


def ask(url: str, sql: str) -> str:
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(sql)
        row = cursor.fetchone() if cursor.description else None
        return str(row[0]) if row else ""


def home_of(url: str) -> Path:
    return Path(ask(url, "SHOW data_directory")).parent


def server_process(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def is_alive(process: int) -> bool:
    stat = Path(f"/proc/{process}/stat")
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return not (stat.exists() and ") Z " in stat.read_text())


def eventually(condition: Callable[[], bool], patience: float = 60) -> bool:
    deadline = time.monotonic() + patience
    while time.monotonic() < deadline:
        if condition():
            return True
        time.sleep(0.05)
    return False


def clean_environment(**more: str) -> dict[str, str]:
    ours = {"DATABASE_URL", "DJANGO_SETTINGS_MODULE", "SCHEMAPATTERNS_TESTING"}
    return {name: value for name, value in os.environ.items() if name not in ours} | more


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (
            "postgresql://shop:s%40fe@db.example.com:5433/shop?sslmode=require",
            {
                "NAME": "shop",
                "USER": "shop",
                "PASSWORD": "s@fe",
                "HOST": "db.example.com",
                "PORT": "5433",
                "OPTIONS": {"sslmode": "require"},
            },
        ),
        (
            "postgres://postgres@/postgres?host=%2Frun%2Fpostgresql&port=5432",
            {
                "NAME": "postgres",
                "USER": "postgres",
                "PASSWORD": "",
                "HOST": "/run/postgresql",
                "PORT": "5432",
                "OPTIONS": {},
            },
        ),
        (
            "postgresql://%2Frun%2Fpostgresql/shop",
            {
                "NAME": "shop",
                "USER": "",
                "PASSWORD": "",
                "HOST": "/run/postgresql",
                "PORT": "",
                "OPTIONS": {},
            },
        ),
    ],
)
def test_url_becomes_a_database(url: str, expected: dict[str, object]) -> None:
    assert database_from_url(url) == {"ENGINE": "django.db.backends.postgresql", **expected}


@pytest.mark.parametrize("url", ["mysql://root@localhost/shop", "shop", ""])
def test_other_urls_are_refused(url: str) -> None:
    with pytest.raises(ValueError, match="must look like postgresql://"):
        database_from_url(url)


def test_two_servers_run_at_once_and_leave_nothing() -> None:
    with temporary_server(version=VERSION) as first, temporary_server(version=VERSION) as second:
        homes = [home_of(first), home_of(second)]
        processes = [server_process(home) for home in homes]
        ask(first, "CREATE DATABASE shop")
        assert ask(second, "SELECT count(*) FROM pg_database WHERE datname = 'shop'") == "0"

    assert not any(home.exists() for home in homes)
    assert not any(is_alive(process) for process in processes)


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Give a folder that the server's user can enter when root runs the tests."""
    with tempfile.TemporaryDirectory(prefix="schemapatterns-test-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o711)
        yield Path(name)


@pytest.fixture
def home(folder: Path, request: pytest.FixtureRequest) -> Path:
    """Give a place for a server, of a name too long for a socket and with spaces in it."""
    return folder / f"{request.node.name} {'and ' * 10}so on"


def test_data_outlive_a_server_that_was_killed(home: Path) -> None:
    with running_server(home, version=VERSION) as url:
        ask(url, "CREATE TABLE kept AS SELECT 42 AS answer")
        os.kill(server_process(home_of(url)), signal.SIGKILL)

    with running_server(home, version=VERSION) as url:
        assert ask(url, "SELECT answer FROM kept") == "42"


def test_orphan_of_a_killed_keeper_is_stopped(home: Path) -> None:
    with running_server(home, version=VERSION) as url:
        orphan = server_process(home_of(url))
        os.kill(parent_of(orphan), signal.SIGKILL)

    assert is_alive(orphan)
    with running_server(home, version=VERSION) as url:
        assert server_process(home_of(url)) != orphan
        assert not is_alive(orphan)


def parent_of(process: int) -> int:
    return int(Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[1])


def test_stale_process_id_of_a_living_stranger_is_no_obstacle(home: Path) -> None:
    with running_server(home, version=VERSION) as url:
        pid_file = home_of(url) / "data" / "postmaster.pid"
        lines = pid_file.read_text().splitlines()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))

    with running_server(home, version=VERSION) as url:
        assert ask(url, "SELECT 1") == "1"


def test_server_ends_with_a_killed_program(home: Path) -> None:
    code = f"""
import pathlib, time
from example_project.postgres import running_server
with running_server(pathlib.Path({str(home)!r}), version={VERSION!r}) as url:
    print(url, flush=True)
    time.sleep(600)
"""
    command = [sys.executable, "-c", code]
    with subprocess.Popen(command, cwd=bootstrap.PROJECT, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout
        server = server_process(home_of(program.stdout.readline().strip()))
        program.kill()

    assert eventually(lambda: not is_alive(server))


def test_private_folder_is_no_obstacle(folder: Path) -> None:
    private = folder / "private"
    private.mkdir(mode=0o700)

    with running_server(private / "home", version=VERSION) as url:
        home = home_of(url)
        assert ask(url, "SELECT 1") == "1"
    shutil.rmtree(home)


def test_one_home_has_one_server(home: Path) -> None:
    with (
        running_server(home, version=VERSION),
        pytest.raises(ServerError, match="stop it first"),
        running_server(home, version=VERSION),
    ):
        pass


def test_fresh_server_has_no_old_data(home: Path) -> None:
    with running_server(home, version=VERSION) as url:
        ask(url, "CREATE TABLE old ()")

    with running_server(home, version=VERSION, fresh=True) as url:
        assert ask(url, "SELECT to_regclass('old')") == "None"


def test_data_of_another_version_are_refused(home: Path) -> None:
    (home / "data").mkdir(parents=True)
    (home / "data" / "PG_VERSION").write_text("12\n")

    with pytest.raises(ServerError, match="made by PostgreSQL 12"), running_server(home, version=VERSION):
        pass


def test_missing_programs_name_the_next_step(home: Path) -> None:
    with pytest.raises(ServerError, match="apt-get install postgresql-9"), running_server(home, version="9"):
        pass


def test_failing_server_shows_its_log(home: Path) -> None:
    with running_server(home, version=VERSION) as url:
        configuration = home_of(url) / "data" / "postgresql.conf"
    configuration.write_text("no_such_parameter = 1")

    with pytest.raises(ServerError, match="no_such_parameter"), running_server(home, version=VERSION):
        pass


def test_groups_of_requirements_are_found_with_those_they_include() -> None:
    test, lint = bootstrap.dependency_group("test"), bootstrap.dependency_group("lint")

    assert set(test) < set(lint)
    assert any(requirement.startswith("ruff") for requirement in lint)
    assert bootstrap.dependency_group("") == []


@pytest.mark.parametrize("package", ["example_project", "tests"])
def test_old_python_can_read_that_it_is_too_old(package: str) -> None:
    for name in ["__init__.py", "__main__.py"]:
        source = (bootstrap.PROJECT / package / name).read_text()
        ast.parse(source, feature_version=(3, 7))
        assert "from __future__ import annotations" not in source


def test_taken_port_is_named_with_the_next_step() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        demo = [sys.executable, "-m", "example_project", "--port", str(port)]
        result = subprocess.run(
            demo,
            cwd=bootstrap.PROJECT,
            env=clean_environment(),
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )

    assert result.returncode == 1
    assert f"Port {port}" in result.stderr
    assert f"--port {port + 1}" in result.stderr


@pytest.mark.end_to_end
@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_demo_serves_again_and_leaves_no_server_behind(end: signal.Signals, folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    demo = [sys.executable, "-m", "example_project", "--port", str(port), "--products=100", "--orders=20"]
    environment = clean_environment(SCHEMAPATTERNS_DATA=str(folder / "shop"))
    with subprocess.Popen(
        demo,
        cwd=bootstrap.PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as program:
        assert program.stdout
        url = next(line for line in program.stdout if "psql" in line).split("'")[1]
        server = server_process(home_of(url))
        assert any("Ctrl-C stops" in line for line in program.stdout)
        login = f"http://127.0.0.1:{port}/admin/login/"
        assert eventually(lambda: answers(login))
        program.send_signal(end)
        program.stdout.read()

    assert eventually(lambda: not is_alive(server))
    assert program.returncode in {0, 128 + end, -end}


@pytest.mark.end_to_end
def test_wheel_ships_every_file_of_the_package(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--wheel-dir", str(tmp_path)]
    subprocess.run([*build, str(bootstrap.PROJECT)], check=True)
    (wheel,) = tmp_path.glob("*.whl")

    package = bootstrap.PROJECT / "django_schemapatterns"
    files = [path for path in package.rglob("*") if path.is_file() and "__pycache__" not in path.parts]
    assert {str(path.relative_to(bootstrap.PROJECT)) for path in files} <= set(ZipFile(wheel).namelist())


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address) as page:
            return bool(page.status == 200)
    except OSError:
        return False
