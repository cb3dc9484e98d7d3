"""`manage.py apply_scheduled_periods`."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, router

from django_schemapatterns.periods.apply import Outcome, apply_due, due, period_models
from django_schemapatterns.periods.models import PeriodModel


class Command(BaseCommand):
    """Parses, then tells what is due, or applies it and tells."""

    help = (
        "Bring the columns of rows up to date with scheduled versions that are in force now. Run it every "
        "minute: it may run several times at once. Exits with 1 when a row refuses its scheduled values."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--model", action="append", default=[], metavar="app.Model", help="only this one; may be repeated"
        )
        parser.add_argument("--dry-run", action="store_true", help="tell what is due, change nothing")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS")

    def handle(self, *, model: list[str], dry_run: bool, database: str, **options: Any) -> None:
        models = [each for each in chosen(model) if router.allow_migrate_model(database, each)]
        if dry_run:
            self.tell({each._meta.label: {"due": due(each, database).count()} for each in models}, options)
            return
        outcomes = [apply_due(each, database) for each in models]
        self.tell({each.model._meta.label: as_json(each) for each in outcomes}, options)
        refused = sum(len(each.refused) for each in outcomes)
        if refused:
            raise CommandError(f"{refused} rows refuse their scheduled values.", returncode=1)

    def tell(self, found: dict[str, dict[str, Any]], options: dict[str, Any]) -> None:
        if options["format"] == "json":
            self.stdout.write(json.dumps(found, indent=2))
            return
        for label, numbers in found.items():
            refused = numbers.pop("refused", {})
            told = ", ".join(f"{number:,} {name}" for name, number in numbers.items())
            if options["verbosity"] > 1 or refused or any(numbers.values()):
                self.stdout.write(f"{label}: {told}")
            for key, reason in refused.items():
                self.stderr.write(f"  {key} refuses: {reason}")


def as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "applied": outcome.applied,
        "refused": {str(key): reason for key, reason in outcome.refused.items()},
    }


def chosen(labels: list[str]) -> list[type[PeriodModel]]:
    """Return the models of versions that are named, or all."""
    known = {model._meta.label.lower(): model for model in period_models()}
    for label in labels:
        if label.lower() not in known:
            names = ", ".join(model._meta.label for model in known.values()) or "none"
            raise CommandError(f"There is no model of versions {label!r}; there are: {names}.")
    return [known[label.lower()] for label in labels] or list(known.values())
