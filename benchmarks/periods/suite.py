"""The comparison: each operation, with the contenders in shuffled order, again and again."""

from __future__ import annotations

import argparse
from time import perf_counter

from django.db import connection

from benchmarks.audit.suite import choose
from benchmarks.periods import tables
from benchmarks.periods.contenders import CONTENDERS, Contender
from benchmarks.periods.operations import OPERATIONS, Operation
from benchmarks.rounds import Results, Sample, play


class Suite:
    """The chosen operations and contenders."""

    def __init__(self, options: argparse.Namespace) -> None:
        self.repeat: int = options.repeat
        self.contenders = choose(CONTENDERS, options.contenders)
        self.operations = choose(OPERATIONS, options.only)

    def play(self) -> Results:
        contenders = {contender.name: contender for contender in self.contenders}
        operations = {operation.name: operation for operation in self.operations}
        pairs = [
            (operation.name, [each.name for each in self.contenders if operation.contenders(each)])
            for operation in self.operations
        ]
        return play(pairs, self.repeat, lambda name, who: measure(operations[name], contenders[who]))


def measure(operation: Operation, contender: Contender) -> Sample:
    """Do the operation once, in a session of its own, and count the versions that it adds."""
    tables.prepare(contender, operation)
    connection.close()
    connection.ensure_connection()
    operation.before(contender)
    versions = tables.count(contender)
    start = perf_counter()
    operation.run(contender)
    ms = (perf_counter() - start) * 1000 / operation.parts
    added = tables.count(contender) - versions
    tables.empty(contender)
    return Sample(ms, entries=added)


def run(options: argparse.Namespace) -> None:
    from benchmarks.periods.report import report

    suite = Suite(options)
    print(report(suite, suite.play()))
