"""`manage.py signed_context`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from django_schemapatterns.exceptions import ConfigurationError, NotAllowed
from django_schemapatterns.rowsecurity import signed_context


class Command(BaseCommand):
    """Decides whom the database believes."""

    help = (
        "Let the database believe none but contexts that are signed with SCHEMAPATTERNS['CONTEXT_KEYS'] (on; "
        "again after a change of keys), or any context (off). `status` tells which it is, and exits with 1 "
        "where it does not believe this process. Run on and off with the connection that migrates."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["on", "off", "status"])
        parser.add_argument("--format", choices=["text", "json"], default="text", help="of `status`")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS")

    def handle(self, *, action: str, database: str, **options: Any) -> None:
        if connections[database].vendor != "postgresql":
            raise CommandError(f"{database!r} is no PostgreSQL database: nobody tells it who acts.")
        try:
            if action == "on":
                keys = ", ".join(signed_context.require(database))
                self.stdout.write(self.style.SUCCESS(f"{database!r} believes what is signed with {keys}."))
            elif action == "off":
                signed_context.believe(database)
                self.stdout.write(self.style.WARNING(f"{database!r} believes every context."))
            else:
                self.tell(database, as_json=options["format"] == "json")
        except (ConfigurationError, NotAllowed) as error:
            raise CommandError(str(error)) from error

    def tell(self, database: str, *, as_json: bool) -> None:
        state = signed_context.state(database)
        if state is None:
            raise CommandError(
                f"{database!r} has no functions of django-schemapatterns: run `migrate` first."
            )
        refusal = signed_context.refusal(database)
        if as_json:
            self.stdout.write(json.dumps({**asdict(state), "refusal": refusal}, indent=2))
        else:
            whom = "signed contexts alone" if state.is_required else "every context"
            self.stdout.write(f"{database!r} believes {whom}.")
            if state.readers:
                self.stdout.write(self.style.ERROR(f"Its keys can be seen by {', '.join(state.readers)}."))
        if refusal:
            raise CommandError(f"It does not believe this process. {refusal}", returncode=1)
