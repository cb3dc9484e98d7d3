"""The comparison: each operation, with the contenders in shuffled order, again and again."""

from __future__ import annotations

import argparse
from time import perf_counter

from django.db import connection

from benchmarks.periods import tables
from benchmarks.periods.contenders import BASE, CONTENDERS, Contender
from benchmarks.periods.operations import OPERATIONS, Operation
from benchmarks.report import details, machine
from benchmarks.rounds import Sample
from benchmarks.suite import Suite

PEERS = ["Django", "django-simple-history", "psycopg"]


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
    suite = Suite(options, OPERATIONS, CONTENDERS, measure)
    results = suite.play()
    print(machine(options.repeat, PEERS))
    print("\n" + details(results, suite.operations, list(suite.contenders), BASE.name, "versions"))
