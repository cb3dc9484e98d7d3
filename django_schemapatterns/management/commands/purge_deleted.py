"""`manage.py purge_deleted`."""

from __future__ import annotations

import difflib
import json
import re
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from django_schemapatterns.management.progress import Progress
from django_schemapatterns.softdelete.purge import Outcome, Purge, Step, children_first

if TYPE_CHECKING:
    from django.db.models import Model

UNITS = {"h": "hours", "d": "days", "w": "weeks"}


class Command(BaseCommand):
    """Parses, then plans and tells, or does and tells."""

    help = (
        "Delete for good the rows that were soft-deleted long ago, and what depends on them. Rows that other "
        "rows need are reported and stay. Commits chunk by chunk: stop it and run it again as you like. "
        "Exits with 1 when rows remain that --limit or a refusal of the database left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--older-than", metavar="90d", help="deleted longer ago: 36h, 90d or 12w")
        parser.add_argument("--batch", metavar="UUID", help="only what was deleted together: its deletion_id")
        parser.add_argument(
            "--model", action="append", default=[], metavar="app.Model", help="only this one; may be repeated"
        )
        parser.add_argument("--limit", type=int, metavar="ROWS", help="not more rows than that")
        parser.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS")

    def handle(self, *, older_than: str | None, batch: str | None, **options: Any) -> None:
        if not (older_than or batch):
            raise CommandError("Say which rows: --older-than 90d, or --batch with a deletion_id, or both.")
        if options["limit"] is not None and options["limit"] < 1:
            raise CommandError("--limit is a number of rows, 1 or more.")
        purge = Purge(
            models=[model_named(name) for name in options["model"]],
            before=timezone.now() - age(older_than) if older_than else None,
            batch=batch_id(batch) if batch else None,
            limit=options["limit"],
            using=options["database"],
        )
        steps = purge.plan()
        outcome = None if options["dry_run"] else self.apply(purge, steps)
        self.tell(steps, outcome, options["format"])
        if outcome and not outcome.complete:
            raise CommandError("Not everything is purged.", returncode=1)

    def apply(self, purge: Purge, steps: list[Step]) -> Outcome:
        total = sum(step.purge for step in steps)
        progress = Progress(min(total, purge.limit or total))
        try:
            return purge.run(lambda model, rows: progress.advance(rows, model._meta.label))
        finally:
            progress.end()

    def tell(self, steps: list[Step], outcome: Outcome | None, form: str) -> None:
        if form == "json":
            done = outcome.as_json() if outcome else None
            plan = [step.as_json() for step in steps]
            self.stdout.write(json.dumps({"plan": plan, "outcome": done}, indent=2))
            return
        for step in steps:
            self.stdout.write(f"{step.model._meta.label}: {step.purge:,} to purge")
            for name, number in step.needed_by.items():
                self.stdout.write(f"  {number:,} stay: {name} still needs them")
        if not steps:
            self.stdout.write("Nothing to purge.")
        if outcome is None:
            return
        for label, number in outcome.purged.items():
            self.stdout.write(self.style.SUCCESS(f"Purged {number:,} of {label}"))
        for row, reason in outcome.refused.items():
            self.stderr.write(self.style.ERROR(f"{row} stays: {reason}"))
        if outcome.remaining:
            self.stderr.write(self.style.WARNING(f"{outcome.remaining:,} rows remain: run it again"))


def age(text: str) -> timedelta:
    found = re.fullmatch(r"(\d+)([hdw])", text.strip())
    if found is None:
        raise CommandError(
            f"--older-than is {text!r}; it is a number of hours, days or weeks: 36h, 90d, 12w."
        )
    try:
        return timedelta(**{UNITS[found[2]]: int(found[1])})
    except OverflowError:
        raise CommandError(f"--older-than is {text!r}; nothing is that old.") from None


def batch_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise CommandError(f"--batch is {text!r}; it is the deletion_id of rows, a UUID.") from None


def model_named(name: str) -> type[Model]:
    known = {model._meta.label: model for model in children_first()}
    for label, model in known.items():
        if label.lower() == name.lower():
            return model
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known) or 'none'}."
    raise CommandError(f"--model is {name!r}, which is no soft-delete model. {hint}")
