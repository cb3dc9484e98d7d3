"""`manage.py partitions`: make partitions ahead, retire them in time, and tell how they are."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DEFAULT_DB_ALIAS
from django.utils import timezone

from django_schemapatterns.exceptions import ArchiveError, ConfigurationError
from django_schemapatterns.management.progress import Progress
from django_schemapatterns.partitions.convert import STRATEGIES, convert_model
from django_schemapatterns.partitions.ensure import drain, ensure
from django_schemapatterns.partitions.expire import expire
from django_schemapatterns.partitions.finding import listings
from django_schemapatterns.partitions.listing import Listing
from django_schemapatterns.partitions.plan import Outcome, Plan, Problem, Step, plan_drain, plan_ensure
from django_schemapatterns.partitions.restore import restore
from django_schemapatterns.partitions.retention import Retention, plan_expire
from django_schemapatterns.partitions.running import Patience
from django_schemapatterns.partitions.status import Status, status, whole_plan

ACTIONS = {
    "plan": "tell what ensure, drain and expire would do; exits with 2 when there is something",
    "ensure": "make the partitions of now and of what lies ahead, and those that late runs left out",
    "drain": "bring the rows of default partitions into partitions of their own",
    "expire": "detach, archive and drop what is older than its table keeps it",
    "status": "tell how the partitions are; exits with 1 when something is wrong with them",
    "convert": "make a partitioned table of a model's ordinary one, with its rows, while it is in use",
    "restore": "make a table of the rows of an archived partition",
}


class Command(BaseCommand):
    """Parses, then plans and tells, or does and tells."""

    help = (
        "Maintain the partitions of tables that are partitioned by time. Every action can be stopped and run "
        "again, and run twice at once. Exits with 1 when something could not be done."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True, metavar="action")
        for name, help_text in ACTIONS.items():
            action = actions.add_parser(name, help=help_text, description=help_text.capitalize() + ".")
            self._add_to(action, name)

    def _add_to(self, action: CommandParser, name: str) -> None:
        action.add_argument("--database", default=DEFAULT_DB_ALIAS, metavar="ALIAS")
        action.add_argument("--format", choices=["text", "json"], default="text")
        if name == "restore":
            action.add_argument("file", help="the archive, or its manifest")
            action.add_argument("--into", metavar="TABLE", help="a name that is free")
            return
        if name == "convert":
            action.add_argument("model", help="such as shop.Order")
            action.add_argument("--strategy", choices=list(STRATEGIES), default="attach")
            action.add_argument("--dry-run", action="store_true", help="look only whether it can be done")
            return
        action.add_argument(
            "tables",
            nargs="*",
            metavar="table",
            help="a model such as shop.Order, or a table; all by default",
        )
        if name in {"ensure", "drain", "expire"}:
            action.add_argument("--dry-run", action="store_true", help="show the plan, change nothing")
            action.add_argument(
                "--lock-timeout", type=float, default=2.0, metavar="SECONDS", help="2 seconds by default"
            )
            action.add_argument("--tries", type=int, default=5, help="for a lock; 5 by default")

    def handle(self, *, action: str, **options: Any) -> None:
        self.json = options["format"] == "json"
        self.using = options["database"]
        try:
            if action == "restore":
                self.restore(options["file"], options["into"])
            elif action == "convert":
                self.convert(options["model"], options["strategy"], dry_run=options["dry_run"])
            elif action == "status":
                self.status(options["tables"])
            elif action == "plan" or options["dry_run"]:
                self.plan(action, options["tables"])
            else:
                self.apply(action, **options)
        except (ConfigurationError, ArchiveError) as error:
            raise CommandError(str(error)) from None

    def plan(self, action: str, tables: list[str]) -> None:
        now, retention = timezone.now(), Retention.of_settings()
        planned = Plan()
        for listing in listings(tables, using=self.using):
            planned += self._plan_of(action, listing, retention, now)
        if self.json:
            self._write_json(planned.as_json())
        else:
            self._tell_steps(planned.steps, "Nothing to do.")
            self._tell_problems(planned.problems)
        if planned.problems:
            raise CommandError("Not everything can be done.", returncode=1)
        if action == "plan" and planned.steps:
            raise CommandError("There is something to do.", returncode=2)

    def _plan_of(self, action: str, listing: Listing, retention: Retention, now: Any) -> Plan:
        if action == "ensure":
            return plan_ensure(listing, now=now, using=self.using)
        if action == "drain":
            return plan_drain(listing, using=self.using)
        if action == "expire":
            return plan_expire(listing, retention, now=now, using=self.using)
        return whole_plan(listing, retention, now=now, using=self.using)

    def apply(
        self, action: str, *, tables: list[str], lock_timeout: float, tries: int, **options: Any
    ) -> None:
        if lock_timeout <= 0 or tries < 1:
            raise CommandError("--lock-timeout is more than 0 seconds, --tries 1 or more.")
        now, retention = timezone.now(), Retention.of_settings()
        planned = [self._plan_of(action, each, retention, now) for each in listings(tables, using=self.using)]
        progress = Progress(sum(len(each.steps) for each in planned))
        run = {"ensure": ensure, "drain": drain, "expire": expire}[action]
        try:
            outcome = run(
                *tables,
                using=self.using,
                patience=Patience(lock_timeout=lock_timeout, tries=tries),
                tell=lambda step: progress.advance(1, f"{step.action} {step.partition}"),
            )
        finally:
            progress.end()
        self._tell(outcome)

    def status(self, tables: list[str]) -> None:
        found = status(*tables, using=self.using)
        if self.json:
            self._write_json([each.as_json() for each in found])
        else:
            for each in found:
                self._tell_status(each)
        if not all(each.is_well for each in found):
            raise CommandError("Not everything is well.", returncode=1)

    def convert(self, label: str, strategy: Any, *, dry_run: bool) -> None:
        steps: list[str] = []

        def tell(step: str) -> None:
            steps.append(step)
            if not self.json:
                self.stdout.write(step)

        was_ordinary = convert_model(
            label, using=self.using, strategy=strategy, progress=tell, dry_run=dry_run
        )
        is_done = was_ordinary and not dry_run
        if self.json:
            self._write_json({"model": label, "converted": is_done, "steps": steps})
        elif not was_ordinary:
            self.stdout.write(f"{label} is partitioned already.")
        elif dry_run:
            self.stdout.write(f"{label} can be converted, with everything that hangs on its table.")
        else:
            self.stdout.write(self.style.SUCCESS(f"{label} is partitioned."))

    def restore(self, file: str, into: str | None) -> None:
        table, manifest = restore(file, into=into, using=self.using)
        if self.json:
            self._write_json({"table": table, "rows": manifest.rows, "partition": manifest.partition})
        else:
            self.stdout.write(self.style.SUCCESS(f"{table}: {manifest.rows:,} rows of {manifest.partition}"))

    def _tell(self, outcome: Outcome) -> None:
        if self.json:
            self._write_json(outcome.as_json())
        else:
            self._tell_steps(outcome.done, "Nothing to do." if outcome.complete else "")
            self._tell_problems(outcome.problems)
        if not outcome.complete:
            raise CommandError("Not everything is done.", returncode=1)

    def _tell_steps(self, steps: Any, nothing: str) -> None:
        for step in steps:
            self.stdout.write(_line(step))
        if not steps and nothing:
            self.stdout.write(nothing)

    def _tell_problems(self, problems: Any) -> None:
        for problem in problems:
            self._tell_problem(problem)

    def _tell_problem(self, problem: Problem) -> None:
        self.stderr.write(self.style.ERROR(problem.text))
        self.stderr.write(f"  {problem.hint}")

    def _tell_status(self, found: Status) -> None:
        table = found.listing.table
        keep = f"{table.keep} are kept" if table.keep else "kept for ever"
        waiting = "?" if found.waiting is None else f"{found.waiting:,}"
        self.stdout.write(self.style.MIGRATE_HEADING(f"{table.label} ({found.listing.name})"))
        self.stdout.write(
            f"  a partition every {table.every}, {keep}, {found.days_ahead:,} days ahead, "
            f"{waiting} rows in the default partition"
        )
        for each in found.listing.partitions:
            rows = "?" if each.rows is None else f"{each.rows:,}"
            ours = each.is_ours or each.is_default
            note = "  detach pending" if each.is_pending else "" if ours else "  not ours"
            self.stdout.write(f"  {each.name:<50} {rows:>14} rows {_size(each.bytes):>10}{note}")
        for leftover in found.listing.leftovers:
            kept = f"archived in {leftover.mark.archive}" if leftover.mark.archive else "not archived"
            self.stdout.write(f"  {leftover.name:<50} detached {leftover.mark.at or 'lately'}, {kept}")
        if found.plan.steps:
            self.stdout.write("  The next run would:")
        for step in found.plan.steps:
            self.stdout.write(f"    {_line(step)}")
        self._tell_problems(found.plan.problems)

    def _write_json(self, value: Any) -> None:
        self.stdout.write(json.dumps(value, indent=2))


def _line(step: Step) -> str:
    return f"{step.action} {step.partition}: {step.reason}"


def _size(size: int) -> str:
    number, unit = float(size), "B"
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if number < 1024 or unit == "TB":
            break
        number /= 1024
    return f"{number:,.0f} {unit}"
