"""`manage.py dbroles`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections

from django_schemapatterns import conf
from django_schemapatterns.conf_roles import RoleSet
from django_schemapatterns.exceptions import NotAllowed
from django_schemapatterns.roles.apply import apply_plan
from django_schemapatterns.roles.plan import Step, make_plan

HOW_TO_LOG_IN = (
    "-- Roles are made without passwords, which never pass through here. Set each login's with psql's "
    "\\password, which sends no more than a hash."
)


class Command(BaseCommand):
    """Plans and tells, or does and tells."""

    help = (
        "Compare the roles, owners and grants of the database with SCHEMAPATTERNS['ROLES']. `plan` shows the "
        "statements that are missing, `apply` runs them, all or none, and `check` exits with 1 while any is "
        "missing. Run `apply` after `migrate`, with the connection that migrates or a superuser's."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("action", choices=["plan", "apply", "check"])
        parser.add_argument("--sql", action="store_true", help="nothing but the statements, for psql")
        parser.add_argument("--dry-run", action="store_true", help="show what apply would do, change nothing")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS")

    def handle(self, *, action: str, dry_run: bool, **options: Any) -> None:
        roles = declared_roles()
        connection = connections[options["database"]]
        if connection.vendor != "postgresql":
            raise CommandError(f"{connection.alias!r} is no PostgreSQL database: it has no such roles.")
        applies = action == "apply" and not dry_run
        try:
            steps = apply_plan(connection, roles) if applies else make_plan(connection, roles)
        except NotAllowed as error:
            raise CommandError(str(error)) from error
        self.tell(steps, applied=applies, **options)
        if action == "check" and steps:
            raise CommandError(
                f"{len(steps)} statements are missing: `manage.py dbroles apply`.", returncode=1
            )

    def tell(self, steps: list[Step], *, applied: bool, **options: Any) -> None:
        if options["sql"]:
            self.write_sql(steps)
        elif options["format"] == "json":
            found = {"applied": applied, "steps": [step.as_json() for step in steps]}
            self.stdout.write(json.dumps(found, indent=2))
        elif not steps:
            self.stdout.write("The database is as the settings say.")
        else:
            self.write_steps(steps, applied=applied)

    def write_sql(self, steps: list[Step]) -> None:
        lines = [f"{step.sql};" for step in steps]
        notes = [HOW_TO_LOG_IN] if any(line.startswith("CREATE ROLE") for line in lines) else []
        self.stdout.write("\n".join([*notes, "BEGIN;", *lines, "COMMIT;"]))

    def write_steps(self, steps: list[Step], *, applied: bool) -> None:
        for step in steps:
            self.stdout.write(f"{step.sql};")
            self.stdout.write(
                self.style.NOTICE(f"  -- {step.why}{'' if step.allowed else ' (not yours to run)'}")
            )
        self.stdout.write(self.style.SUCCESS(f"{len(steps)} statements{' run' if applied else ''}"))


def declared_roles() -> RoleSet:
    """Return the roles of the settings; there must be some."""
    roles = conf.get().roles
    if roles is None:
        raise CommandError(
            "The settings declare no roles. Add SCHEMAPATTERNS['ROLES']; {} stands for app_owner, "
            "app_readwrite, app_readonly, app_admin and app_lookup."
        )
    return roles
