"""`manage.py reencrypt`."""

from __future__ import annotations

import difflib
import json
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS, router

from django_schemapatterns import audit
from django_schemapatterns.audit.objects import audited_models
from django_schemapatterns.encryption.checks import encrypted_fields
from django_schemapatterns.encryption.reencrypt import Outcome, Reencryption, Step
from django_schemapatterns.exceptions import ConfigurationError
from django_schemapatterns.management.progress import Progress

if TYPE_CHECKING:
    from django_schemapatterns.encryption.fields import EncryptedField

SHOWN = 20


class Command(BaseCommand):
    """Parses, then plans and tells, or does and tells."""

    help = (
        "Encrypt again, with the first key of their ring, the values that were encrypted with another one "
        "or have "
        "not the index that their field asks for. Runs beside the application, in batches: stop it and "
        "run it again "
        "as you like. Exits with 1 when values remain or can not be read."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "fields", nargs="*", metavar="app.Model.field", help="all of them if none is named"
        )
        parser.add_argument("--all", action="store_true", help="values that have the first key already, too")
        parser.add_argument("--verify", action="store_true", help="only read every value, change nothing")
        parser.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
        parser.add_argument(
            "--batch-size", type=int, default=1000, metavar="ROWS", help="of a transaction (1000)"
        )
        parser.add_argument("--format", choices=["text", "json"], default="text")
        parser.add_argument("--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS")

    def handle(self, *, fields: list[str], database: str, **options: Any) -> None:
        if options["batch_size"] < 1:
            raise CommandError("--batch-size is a number of rows, 1 or more.")
        chosen = fields_named(fields, database)
        try:
            work = Reencryption(
                chosen,
                using=database,
                batch_size=options["batch_size"],
                everything=options["all"],
                around=lambda field: unaudited(field, database),
            )
            steps = work.plan()
            outcome = None if options["dry_run"] else self.apply(work, steps, verify=options["verify"])
        except ConfigurationError as error:
            raise CommandError(str(error)) from None
        self.tell(steps, outcome, options)
        if outcome and not outcome.complete:
            raise CommandError("Not every value is done.", returncode=1)

    def apply(self, work: Reencryption, steps: list[Step], *, verify: bool) -> Outcome:
        progress = Progress(sum(step.rows if verify else step.stale for step in steps))
        try:
            return work.verify(progress.advance) if verify else work.run(progress.advance)
        finally:
            progress.end()

    def tell(self, steps: list[Step], outcome: Outcome | None, options: dict[str, Any]) -> None:
        if options["format"] == "json":
            done = outcome.as_json() if outcome else None
            self.stdout.write(
                json.dumps({"plan": [step.as_json() for step in steps], "outcome": done}, indent=2)
            )
            return
        for step in steps:
            keys = ", ".join(f"{number:,} with {key}" for key, number in step.keys.items())
            self.stdout.write(f"{step.field.label}: {step.stale:,} to encrypt again ({keys or 'no values'})")
        if outcome is not None:
            self.tell_outcome(outcome, verb="Read" if options["verify"] else "Encrypted")

    def tell_outcome(self, outcome: Outcome, *, verb: str) -> None:
        for label, number in outcome.done.items():
            self.stdout.write(self.style.SUCCESS(f"{verb} {number:,} of {label}"))
        for row, reason in list(outcome.failed.items())[:SHOWN]:
            self.stderr.write(self.style.ERROR(f"{row}: {reason}"))
        if len(outcome.failed) > SHOWN:
            self.stderr.write(self.style.ERROR(f"… and {len(outcome.failed) - SHOWN:,} more"))
        if outcome.remaining:
            self.stderr.write(self.style.WARNING(f"{outcome.remaining:,} values remain: run it again"))


def unaudited(field: EncryptedField, database: str) -> Any:
    """Write one note into the audit log for a batch, since no value changes."""
    if field.model not in audited_models():
        return nullcontext()
    return audit.paused(reason=f"reencrypt {field.label}", using=database)


def fields_named(names: list[str], database: str) -> list[EncryptedField]:
    known = {
        field.label: field
        for field in encrypted_fields()
        if router.allow_migrate_model(database, field.model)
    }
    lower = {label.lower(): field for label, field in known.items()}
    for name in names:
        if name.lower() not in lower:
            near = difflib.get_close_matches(name, known, n=1)
            hint = f"Did you mean {near[0]}?" if near else f"There are: {', '.join(known) or 'none'}."
            raise CommandError(f"{name!r} is no encrypted field. {hint}")
    return [lower[name.lower()] for name in names] or list(known.values())
