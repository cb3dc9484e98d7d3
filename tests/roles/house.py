"""A copy of the test database with roles of its own, which log in for real."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import psycopg
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connection, connections
from django.db.backends.base.creation import TEST_DATABASE_PREFIX
from django.test.utils import override_settings, setup_databases, teardown_databases
from psycopg import sql
from pytest_django import DjangoDbBlocker

from django_schemapatterns.conf_roles import KINDS, RoleSet

KNOWN = (*KINDS, "web", "reports", "staff", "migrate")
LOGINS = {"web": ("readwrite",), "reports": ("readonly",), "staff": ("admin",), "migrate": ("owner", "admin")}


def new_roles(**options: Any) -> RoleSet:
    """Roles that no other test has: they belong to the whole server."""
    mark = uuid4().hex[:8]
    logins = {f"{name}_{mark}": kinds for name, kinds in LOGINS.items()}
    groups = {kind: f"{kind}_{mark}" for kind in KINDS}
    return RoleSet(**{**groups, "logins": logins, **options})


@pytest.fixture(scope="session")
def migrated_database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """The test database, also in a run whose tests do not ask pytest-django for it."""
    if connection.settings_dict["NAME"].startswith(TEST_DATABASE_PREFIX):
        yield
        return
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default": None})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@dataclass
class House:
    roles: RoleSet
    database: str
    aliases: list[str] = field(default_factory=list)

    def login(self, name: str) -> str:
        """Return the whole name of a login or a group."""
        groups = {kind: group for kind, group in self.roles.groups.items() if kind == name}
        return groups.get(name) or next(each for each in self.roles.logins if each.startswith(f"{name}_"))

    def alias(self, name: str) -> str:
        """Return an alias for Django that logs in as `name`; 'postgres' is the superuser of the server."""
        alias = f"{name}@{self.database}"
        if alias not in self.aliases:
            self.aliases.append(alias)
            user = {} if name == "postgres" else {"USER": self.login(name) if name in KNOWN else name}
            connections.databases[alias] = {**connection.settings_dict, "NAME": self.database, **user}
        return alias

    def url(self, name: str) -> str:
        """Return the URL that a program connects by as `name`."""
        settings = connections[self.alias(name)].settings_dict
        place = urlencode({"host": settings["HOST"], "port": settings["PORT"] or 5432})
        return f"postgresql://{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}?{place}"

    def connect(self, name: str) -> psycopg.Connection[Any]:
        """Log in outside of Django."""
        parameters = connections[self.alias(name)].get_connection_params()
        wanted = {key: parameters[key] for key in ("dbname", "user", "host", "port") if parameters.get(key)}
        return psycopg.connect(autocommit=True, **wanted)

    def run(self, name: str, statement: str) -> list[Any]:
        """Run a statement as somebody, and return the rows if there are any."""
        with self.connect(name) as session:
            cursor = session.execute(self.filled(statement).encode())
            return cursor.fetchall() if cursor.description else []

    def filled(self, statement: str) -> str:
        for name in (*KINDS, *LOGINS):
            statement = statement.replace(f"<{name}>", self.login(name))
        return statement

    def dbroles(self, *arguments: str, by: str = "postgres") -> str:
        return self.command("dbroles", *arguments, by=by)

    def command(self, name: str, *arguments: str, by: str = "postgres") -> str:
        """Return what a command prints."""
        output = io.StringIO()
        with self.declared():
            call_command(name, *arguments, database=self.alias(by), stdout=output, stderr=output)
        return output.getvalue()

    def declared(self) -> Any:
        """Set the roles unless they are: threads that did so at once would leave them to other tests."""
        given = {"ROLES": self.roles}
        is_set: bool = given == settings.SCHEMAPATTERNS
        return nullcontext() if is_set else override_settings(SCHEMAPATTERNS=given)

    def steps(self, by: str = "postgres") -> list[str]:
        found = json.loads(self.dbroles("plan", "--format=json", by=by))["steps"]
        return [step["sql"] for step in found]

    def close(self) -> None:
        for alias in self.aliases:
            connections[alias].close()
            del connections.databases[alias]
            delattr(connections._connections, alias)  # type: ignore[attr-defined]


@contextmanager
def house(roles: RoleSet, *, empty: bool = False) -> Iterator[House]:
    """Copy the database of the tests, or make an empty one, and take it and the roles away afterwards."""
    connection.close()
    made = House(roles, f"house_{uuid4().hex[:8]}")
    name, template = (
        sql.Identifier(made.database),
        sql.Identifier("template0" if empty else connection.settings_dict["NAME"]),
    )
    with _server() as server:
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(name, template)
        try:
            server.execute(create)
        except psycopg.errors.ObjectInUse:
            # A thread of another test has left without a word.
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
                [connection.settings_dict["NAME"]],
            )
            server.execute(create)
    try:
        yield made
    finally:
        made.close()
        with _server() as server:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))
            # The groups of the shop's own policies belong to every database of the tests.
            groups = [name for name in roles.groups.values() if not name.startswith("app_")]
            for role in (*roles.logins, *groups):
                server.execute(sql.SQL("DROP ROLE IF EXISTS {}").format(sql.Identifier(role)))


def _server() -> psycopg.Connection[Any]:
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    wanted = {key: parameters[key] for key in ("dbname", "user", "host", "port") if parameters.get(key)}
    return psycopg.connect(autocommit=True, **wanted)
