"""Results as Markdown."""

from __future__ import annotations

import os
import shlex
import statistics
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib.metadata import version

from django.db import connection

from benchmarks.rounds import Results


def machine(repeat: int, libraries: Sequence[str] = ("Django",)) -> str:
    """Return a line that tells the command, and what it ran on."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('synchronous_commit')")
        server, commit = cursor.fetchone()
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    return (
        f"`python -m benchmarks {shlex.join(sys.argv[1:])}`: {repeat} repetitions; "
        f"{os.cpu_count()} cores; PostgreSQL {server} (synchronous_commit {commit}); "
        f"Python {sys.version.split()[0]}, {versions}."
    )


def details(
    results: Results, operations: Iterable[str], contenders: Sequence[str], base: str, counted: str
) -> str:
    """
    Return a table of all results, compared with those of a contender.

    counted: what the entries of samples are.
    """
    rows = [
        [operation, name, *compared(results, operation, name, base), f"{samples[0].entries:,}"]
        for operation in operations
        for name in contenders
        if (samples := results.of(operation, name))
    ]
    return table(["operation", "contender", "median", "min-max", f"{base} = 1", "min-max", counted], rows)


def compared(results: Results, operation: str, name: str, base: str) -> list[str]:
    """Return the median and the spread of what a contender took, and both of how many times the base's."""
    samples = [sample.ms for sample in results.of(operation, name)]
    ratios = results.ratios(operation, name, base)
    return [
        milliseconds(statistics.median(samples)),
        spread(samples, milliseconds),
        ratio(statistics.median(ratios)) if ratios else "",
        spread(ratios, ratio),
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def milliseconds(ms: float) -> str:
    digits = 0 if ms >= 100 else 1 if ms >= 10 else 2
    return f"{ms:,.{digits}f} ms"


def ratio(value: float) -> str:
    return f"{value:,.{0 if value >= 100 else 1 if value >= 10 else 2}f}x"


def spread(values: Sequence[float], write: Callable[[float], str]) -> str:
    return f"{write(min(values))} - {write(max(values))}" if values else ""
