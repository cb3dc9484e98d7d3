"""The results as Markdown."""

from __future__ import annotations

import os
import shlex
import statistics
import sys
from collections.abc import Iterable, Sequence
from importlib.metadata import version

from django.db import connection

from benchmarks.audit.operations import Operation
from benchmarks.audit.suite import NONE, Suite
from benchmarks.rounds import Results

PEERS = ["Django", "django-pghistory", "django-auditlog", "django-simple-history", "psycopg"]


def report(suite: Suite, results: Results) -> str:
    """Return a line on the machine, a table of medians and one of all details, and one of bytes."""
    parts = [machine(suite), ratios(suite, results), details(suite, results), weights(suite, results)]
    return "\n\n".join(parts)


def machine(suite: Suite) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('shared_buffers')")
        server, buffers = cursor.fetchone()
        cursor.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
        fsync, commit = cursor.fetchone()
    libraries = ", ".join(f"{name} {version(name)}" for name in PEERS)
    return (
        f"`python -m benchmarks {shlex.join(sys.argv[1:])}`: {suite.rows:,} rows, "
        f"{suite.repeat} repetitions; "
        f"{os.cpu_count()} cores; PostgreSQL {server} (shared_buffers {buffers}, fsync {fsync}, "
        f"synchronous_commit {commit}); Python {sys.version.split()[0]}, {libraries}."
    )


def ratios(suite: Suite, results: Results) -> str:
    """Relative to no history where that has a time, else in milliseconds."""
    names = [contender.name for contender in suite.contenders]
    rows = [
        [operation.name, *(short(suite, results, operation, name) for name in names)]
        for operation in suite.operations
    ]
    return table(["", *names], rows)


def short(suite: Suite, results: Results, operation: Operation, name: str) -> str:
    if not results.of(operation.name, name):
        return ""
    compared = results.ratios(operation.name, name, NONE)
    if name == NONE or not compared:
        return milliseconds(results.ms(operation.name, name))
    return f"{ratio(statistics.median(compared))}{verdict(suite, results, operation, name)}"


def details(suite: Suite, results: Results) -> str:
    rows = []
    for operation in suite.operations:
        for contender in suite.contenders:
            if samples := results.of(operation.name, contender.name):
                compared = results.ratios(operation.name, contender.name, NONE)
                rows.append(
                    [
                        operation.name,
                        contender.name,
                        milliseconds(results.ms(operation.name, contender.name)),
                        spread([sample.ms for sample in samples], milliseconds),
                        ratio(statistics.median(compared)) if compared else "",
                        spread(compared, ratio),
                        f"{samples[0].entries:,}",
                    ]
                )
    return table(["operation", "contender", "median", "min-max", "ratio", "min-max", "entries"], rows)


def weights(suite: Suite, results: Results) -> str:
    """Bytes an entry, from operations on an empty log: what its tables and all of their indexes grew by."""
    operations = [each for each in suite.operations if each.name in ("update", "bulk_create", "delete")]
    rows = []
    for contender in suite.contenders[1:]:
        first = [next(iter(results.of(each.name, contender.name)), None) for each in operations]
        rows.append(
            [
                contender.name,
                *(f"{each.bytes / each.entries:,.0f}" if each and each.entries else "" for each in first),
            ]
        )
    return table(["bytes an entry", *(each.name for each in operations)], rows)


def verdict(suite: Suite, results: Results, operation: Operation, name: str) -> str:
    """Tell when the log did not gain what it should have."""
    gained = results.of(operation.name, name)[0].entries
    expected = suite.expected(operation)
    if gained == expected or name == NONE:
        return ""
    return f" ({gained:,} of {expected:,} entries)"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def milliseconds(ms: float) -> str:
    digits = 0 if ms >= 100 else 1 if ms >= 10 else 2
    return f"{ms:,.{digits}f} ms"


def ratio(value: float) -> str:
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}x"


def spread(values: Sequence[float], write: object) -> str:
    assert callable(write)
    return f"{write(min(values))} - {write(max(values))}" if values else ""
