"""The comparison: which operations and contenders, and how one measurement is made."""

from __future__ import annotations

import argparse
from contextlib import nullcontext
from time import perf_counter

from django.contrib.auth.models import User
from django.db import connection

from benchmarks.audit import tables
from benchmarks.audit.contenders import CONTENDERS, Contender
from benchmarks.audit.operations import OPERATIONS, Operation
from benchmarks.rounds import Results, Sample
from benchmarks.suite import Suite

NONE = CONTENDERS[0].name


class AuditSuite(Suite[Operation, Contender]):
    """The chosen operations and contenders on a number of rows."""

    def __init__(self, options: argparse.Namespace) -> None:
        super().__init__(options, OPERATIONS, CONTENDERS, self.once)
        self.rows: int = options.rows
        self.nobody: bool = options.nobody

    def play(self) -> Results:
        self.user = User.objects.create_user("jo")
        tables.install(round(self.rows * max(each.scale for each in self.operations.values())))
        return super().play()

    def once(self, operation: Operation, contender: Contender) -> Sample:
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

    suite = AuditSuite(options)
    print(report(suite, suite.play()))
