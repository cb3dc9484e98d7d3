"""The results as Markdown."""

from __future__ import annotations

import os
import shlex
import statistics
import sys
from importlib.metadata import version

from django.db import connection

from benchmarks.audit.report import milliseconds, ratio, spread, table
from benchmarks.periods.contenders import BASE
from benchmarks.periods.suite import Suite
from benchmarks.rounds import Results

PEERS = ["Django", "django-simple-history", "psycopg"]
HEAD = ["operation", "contender", "median", "min-max", "none = 1", "min-max", "versions"]


def report(suite: Suite, results: Results) -> str:
    """Return a line on the machine and a table of all details."""
    rows = [
        line(results, operation.name, contender.name)
        for operation in suite.operations
        for contender in suite.contenders
        if results.of(operation.name, contender.name)
    ]
    return f"{machine(suite)}\n\n{table(HEAD, rows)}"


def line(results: Results, operation: str, contender: str) -> list[str]:
    samples = results.of(operation, contender)
    compared = results.ratios(operation, contender, BASE.name)
    return [
        operation,
        contender,
        milliseconds(results.ms(operation, contender)),
        spread([sample.ms for sample in samples], milliseconds),
        ratio(statistics.median(compared)) if compared else "",
        spread(compared, ratio) if compared else "",
        f"{samples[0].entries:,}",
    ]


def machine(suite: Suite) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('synchronous_commit')")
        server, commit = cursor.fetchone()
    libraries = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return (
        f"`python -m benchmarks {shlex.join(sys.argv[1:])}`: {suite.repeat} repetitions; "
        f"{os.cpu_count()} cores; "
        f"PostgreSQL {server} (synchronous_commit {commit}); Python {sys.version.split()[0]}, {libraries}."
    )
