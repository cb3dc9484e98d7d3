"""The results as Markdown."""

from __future__ import annotations

import statistics

from benchmarks.audit.operations import Operation
from benchmarks.audit.suite import NONE, AuditSuite
from benchmarks.report import details, machine, milliseconds, ratio, table
from benchmarks.rounds import Results

PEERS = ["Django", "django-pghistory", "django-auditlog", "django-simple-history", "psycopg"]


def report(suite: AuditSuite, results: Results) -> str:
    """Return a line on the machine, a table of medians and one of all details, and one of bytes."""
    line = f"{machine(suite.repeat, PEERS)} {suite.rows:,} rows."
    every = details(results, suite.operations, list(suite.contenders), NONE, "entries")
    return "\n\n".join([line, ratios(suite, results), every, weights(suite, results)])


def ratios(suite: AuditSuite, results: Results) -> str:
    """Relative to no history where that has a time, else in milliseconds."""
    rows = [
        [operation.name, *(short(suite, results, operation, name) for name in suite.contenders)]
        for operation in suite.operations.values()
    ]
    return table(["", *suite.contenders], rows)


def short(suite: AuditSuite, results: Results, operation: Operation, name: str) -> str:
    if not results.of(operation.name, name):
        return ""
    compared = results.ratios(operation.name, name, NONE)
    if name == NONE or not compared:
        return milliseconds(results.ms(operation.name, name))
    return f"{ratio(statistics.median(compared))}{verdict(suite, results, operation, name)}"


def weights(suite: AuditSuite, results: Results) -> str:
    """Bytes an entry, from operations on an empty log: what its tables and all of their indexes grew by."""
    operations = [name for name in suite.operations if name in ("update", "bulk_create", "delete")]
    rows = []
    for contender in list(suite.contenders)[1:]:
        first = [next(iter(results.of(name, contender)), None) for name in operations]
        weighed = (f"{each.bytes / each.entries:,.0f}" if each and each.entries else "" for each in first)
        rows.append([contender, *weighed])
    return table(["bytes an entry", *operations], rows)


def verdict(suite: AuditSuite, results: Results, operation: Operation, name: str) -> str:
    """Tell when the log did not gain what it should have."""
    gained = results.of(operation.name, name)[0].entries
    expected = suite.expected(operation)
    if gained == expected or name == NONE:
        return ""
    return f" ({gained:,} of {expected:,} entries)"
