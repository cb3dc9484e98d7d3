"""`manage.py inspect_schemapatterns`."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from django_schemapatterns.management.inspection.reading import tables
from django_schemapatterns.management.inspection.writing import module


class Command(BaseCommand):
    """Prints models for the tables that there are."""

    help = (
        "Print models for tables, with domains, enums, comments, generated columns, constraints and the "
        "patterns of this library. What a model can not say is printed as a comment. Changes nothing."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("table", nargs="*", help="these only; views and partitions are printed by name")
        parser.add_argument("--app-label", default="", metavar="APP", help="the app that gets the models")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS")

    def handle(self, *, table: list[str], app_label: str, database: str, **options: Any) -> None:
        connection = connections[database]
        if connection.vendor != "postgresql":
            raise CommandError(f"The database {database!r} is no PostgreSQL: use inspectdb.")
        found = tables(connection, table)
        if missing := sorted(set(table) - {each.name for each in found}):
            raise CommandError(f"There is no table or view {', '.join(missing)} in the search path.")
        self.stdout.write(module(connection, found, app_label))
