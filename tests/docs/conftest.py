from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

from example_project.postgres import database_from_url
from tests.docs.markdown import Block

READER = Path(__file__).with_name("reader.py")
ROLE = "shop_app"
Follow = Callable[[list[Block]], None]


@pytest.fixture
def databases() -> Iterator[dict[str, object]]:
    """Two empty databases that go with the test: `default` and `archive`."""
    server = database_from_url(os.environ["DATABASE_URL"])
    names = {alias: f"docs_{alias}_{uuid4().hex[:8]}" for alias in ("default", "archive")}
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        for name in names.values():
            admin.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield {alias: {**server, "NAME": name} for alias, name in names.items()}
        for name in names.values():
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def role() -> Iterator[str]:
    """The name of a role that goes with the test; its pages call it shop_app."""
    name = f"{ROLE}_{uuid4().hex[:8]}"
    yield name
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as admin:
        admin.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(name)))


@pytest.fixture
def follow(tmp_path: Path, role: str, databases: dict[str, object]) -> Follow:
    """Do in an empty folder what blocks say, in their order."""

    def follow(blocks: list[Block]) -> None:
        text = "".join(block.text for block in blocks)
        used = databases if '"archive"' in text else {"default": databases["default"]}
        steps = [
            {**vars(block), "text": block.text.replace(ROLE, role), "file": block.file}
            for block in blocks
            if block.runs
        ]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DJANGO_")}
        run = subprocess.run(
            [sys.executable, READER],
            input=json.dumps(steps),
            text=True,
            capture_output=True,
            check=False,
            cwd=tmp_path,
            env={**environment, "DOCS_DATABASES": json.dumps(used)},
        )
        assert run.returncode == 0, run.stdout + run.stderr

    return follow
