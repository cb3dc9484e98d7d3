"""`manage.py prove_row_security`."""

from __future__ import annotations

import json
from typing import Any

from django.apps import apps
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, connections, router

from django_schemapatterns import conf
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.roles.proofs.actors import Actor, read_actor
from django_schemapatterns.roles.proofs.findings import Finding, exit_code
from django_schemapatterns.roles.proofs.prove import prove
from django_schemapatterns.rowsecurity.registry import row_security_of
from django_schemapatterns.schema.names import quote


class Command(BaseCommand):
    """Tries, then tells."""

    help = (
        "Prove that row security isolates, by trying to read, change and reach the rows of others with the "
        "connection of the running application. Everything is rolled back. Exits with 1 if anything got "
        "through, with 2 if something could not be tried, which is no success."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS", help="the running application's"
        )
        parser.add_argument(
            "--witness", metavar="ALIAS", help="a connection that sees all rows, to find out whose there are"
        )
        parser.add_argument(
            "--actor",
            action="append",
            default=[],
            metavar="USER|JSON",
            help="whom to act as; give two or more",
        )
        parser.add_argument(
            "--shared", action="append", default=[], metavar="app.Model", help="everybody may see rows of it"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *, database: str, witness: str | None, **options: Any) -> None:
        connection = connections[database]
        if connection.vendor != "postgresql":
            raise CommandError(f"{database!r} is no PostgreSQL database: it has no row security.")
        seen_by = connections[witness] if witness else find_witness(database)
        findings = list(
            prove(
                connection,
                declared_tables(database),
                witness=seen_by,
                actors=read_actors(options["actor"]),
                shared=options["shared"],
            )
        )
        self.tell(findings, options["format"])
        if code := exit_code(findings):
            failed = sum(each.status == "failed" for each in findings)
            unknown = sum(each.status == "unknown" for each in findings)
            raise CommandError(f"Not proven: {failed} failed, {unknown} unknown.", returncode=code)

    def tell(self, findings: list[Finding], form: str) -> None:
        if form == "json":
            self.stdout.write(json.dumps([each.as_json() for each in findings], indent=2))
            return
        tables = max(len(each.table) for each in findings)
        trials = max(len(each.trial) for each in findings)
        styles = {"ok": self.style.SUCCESS, "failed": self.style.ERROR, "unknown": self.style.WARNING}
        for each in findings:
            status = styles[each.status](f"{each.status:<7}")
            self.stdout.write(f"{each.table:<{tables}}  {each.trial:<{trials}}  {status}  {each.detail}")


def declared_tables(alias: str) -> dict[str, str]:
    """Return the labels of models with row security, by their quoted tables."""
    models = apps.get_models(include_auto_created=True)
    return {
        quote(model._meta.db_table): model._meta.label
        for model in models
        if row_security_of(model) and router.allow_migrate_model(alias, model)
    }


def find_witness(database: str) -> Any:
    """Return the connection to the same database whose login is declared to pass the policies, if any."""
    roles, settings = conf.get().roles, connections[database].settings_dict
    for alias in connections if roles else ():
        candidate = connections[alias].settings_dict
        place = all(candidate[key] == settings[key] for key in ("NAME", "HOST", "PORT"))
        if roles and place and "admin" in roles.kinds_of(candidate["USER"]):
            return connections[alias]
    return None


def read_actors(texts: list[str]) -> list[Actor]:
    if len(texts) == 1:
        raise CommandError("One --actor has nobody to be isolated from: give two or more, or none.")
    try:
        return [read_actor(text) for text in texts]
    except ConfigurationError as error:
        raise CommandError(str(error)) from error
