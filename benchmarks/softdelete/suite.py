"""The comparison: each operation, with the contenders in shuffled order, again and again."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.db import connection

from benchmarks.audit.suite import choose
from benchmarks.rounds import Results, Sample, play
from benchmarks.softdelete import tables
from benchmarks.softdelete.contenders import CONTENDERS, Contender
from benchmarks.softdelete.operations import OPERATIONS, Operation


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
    """Do the operation once, in a session of its own, and count its queries."""
    tables.prepare(contender, operation)
    prepared = operation.before(contender)
    connection.close()
    connection.ensure_connection()
    counter = Counter()
    with connection.execute_wrapper(counter):
        start = perf_counter()
        operation.run(contender, prepared)
        ms = (perf_counter() - start) * 1000 / operation.parts
    tables.empty(contender)
    return Sample(ms, entries=counter.queries // operation.parts)


class Counter:
    """Counts queries, which costs every contender the same."""

    queries = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.queries += 1
        return execute(*arguments)


def run(options: argparse.Namespace) -> None:
    from benchmarks.softdelete.report import report

    suite = Suite(options)
    print(report(suite, suite.play()))
