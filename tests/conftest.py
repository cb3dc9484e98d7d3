"""
Starts the server that the tests run on, before Django reads its settings.

DATABASE_URL names any PostgreSQL 15+ server; otherwise a fresh one is started: the embedded PostgreSQL 18, or
the version named by SCHEMAPATTERNS_POSTGRES. The workers of pytest-xdist find the URL in their environment.
"""

from __future__ import annotations

import os
from contextlib import ExitStack

import django
import psycopg
import pytest

from example_project.postgres import temporary_server

server = ExitStack()
os.environ["SCHEMAPATTERNS_TESTING"] = "1"
os.environ["DJANGO_SETTINGS_MODULE"] = "example_project.settings"
if not os.environ.get("DATABASE_URL"):
    version = os.environ.get("SCHEMAPATTERNS_POSTGRES", "")
    os.environ["DATABASE_URL"] = server.enter_context(temporary_server(version=version))
django.setup()


def pytest_report_header() -> str:
    with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
        version = connection.info.server_version
    return f"postgresql: {version // 10_000}.{version % 10_000}"


def pytest_unconfigure(config: pytest.Config) -> None:
    server.close()
