"""The comparison: each operation, with the contenders in shuffled order, again and again."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from time import perf_counter
from typing import Any

from django.db import connection

from benchmarks.report import details, machine
from benchmarks.rounds import Sample
from benchmarks.softdelete import tables
from benchmarks.softdelete.contenders import BASE, CONTENDERS, Contender
from benchmarks.softdelete.operations import OPERATIONS, Operation
from benchmarks.suite import Suite

PEERS = ["Django", "django-safedelete", "django-softdelete", "psycopg"]


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
    suite = Suite(options, OPERATIONS, CONTENDERS, measure)
    results = suite.play()
    print(machine(options.repeat, PEERS))
    print("\n" + details(results, suite.operations, list(suite.contenders), BASE.name, "queries"))
