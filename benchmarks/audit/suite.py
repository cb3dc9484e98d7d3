"""The comparison: which operations and contenders, and how one measurement is made."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from contextlib import nullcontext
from time import perf_counter
from typing import Protocol, TypeVar

from django.contrib.auth.models import User
from django.db import connection

from benchmarks.audit import tables
from benchmarks.audit.contenders import CONTENDERS, Contender
from benchmarks.audit.operations import OPERATIONS, Operation
from benchmarks.rounds import Results, Sample, play

NONE = CONTENDERS[0].name


class Named(Protocol):
    @property
    def name(self) -> str: ...


Thing = TypeVar("Thing", bound=Named)


class Suite:
    """The chosen operations and contenders on a number of rows."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.rows: int = options.rows
        self.repeat: int = options.repeat
        self.nobody: bool = options.nobody
        self.contenders = choose(CONTENDERS, options.contenders)
        self.operations = choose(OPERATIONS, options.only)

    def play(self) -> Results:
        self.user = User.objects.create_user("jo")
        tables.install(round(self.rows * max(operation.scale for operation in self.operations)))
        contenders = {contender.name: contender for contender in self.contenders}
        operations = {operation.name: operation for operation in self.operations}
        pairs = [
            (operation.name, [each.name for each in self.contenders if operation.contenders(each)])
            for operation in self.operations
        ]
        return play(pairs, self.repeat, lambda name, who: self.measure(operations[name], contenders[who]))

    def measure(self, operation: Operation, contender: Contender) -> Sample:
        """Do the operation once, in a session of its own, and see what it took and what it left."""
        rows = round(self.rows * operation.scale)
        with nullcontext() if self.nobody else contender.acting(self.user):
            tables.prepare(contender, rows, self.rows * operation.logged)
            connection.close()
            prepared = operation.before(contender, rows)
            entries, weight = tables.count(contender), tables.weigh(contender)
            start = perf_counter()
            operation.run(contender, rows, prepared)
            ms = (perf_counter() - start) * 1000 / operation.parts
            return Sample(ms, tables.count(contender) - entries, tables.weigh(contender) - weight)

    def expected(self, operation: Operation) -> int:
        return round(self.rows * operation.scale) if operation.entries is None else operation.entries


def run(options: argparse.Namespace) -> None:
    from benchmarks.audit.report import report

    suite = Suite(options)
    print(report(suite, suite.play()))


def choose(things: Sequence[Thing], names: str) -> list[Thing]:
    """Return the things named, or all; an unknown name is an error that tells the known ones."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    known = {thing.name: thing for thing in things}
    if unknown := [name for name in wanted if name not in known]:
        sys.exit(f"There is no {unknown[0]!r}; there are: {', '.join(known)}.")
    return [known[name] for name in wanted] or list(things)
