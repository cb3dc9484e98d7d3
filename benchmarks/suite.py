"""Which operations and contenders are compared, and how long one of them takes."""

from __future__ import annotations

import argparse
import os
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import perf_counter, process_time
from typing import Any, Generic, Protocol, TypeVar

from django.db import connection

from benchmarks.rounds import Results, Sample, play


class Named(Protocol):
    @property
    def name(self) -> str: ...


class Operated(Named, Protocol):
    def contenders(self, contender: Any, /) -> bool: ...


Thing = TypeVar("Thing", bound=Named)
Operation = TypeVar("Operation", bound=Operated)
Contender = TypeVar("Contender", bound=Named)


class Suite(Generic[Operation, Contender]):
    """
    The chosen operations and contenders.

    measure: does an operation once for a contender.
    """

    def __init__(
        self,
        options: argparse.Namespace,
        operations: Sequence[Operation],
        contenders: Sequence[Contender],
        measure: Callable[[Operation, Contender], Sample],
    ) -> None:
        self.repeat: int = options.repeat
        self.operations = {each.name: each for each in choose(operations, options.only)}
        self.contenders = {each.name: each for each in choose(contenders, options.contenders)}
        self.measure = measure

    def play(self) -> Results:
        pairs = [
            (name, [each.name for each in self.contenders.values() if operation.contenders(each)])
            for name, operation in self.operations.items()
        ]
        return play(
            pairs,
            self.repeat,
            lambda operation, name: self.measure(self.operations[operation], self.contenders[name]),
        )


def choose(things: Sequence[Thing], names: str) -> list[Thing]:
    """Return the things named, or all; an unknown name is an error that tells the known ones."""
    known = {thing.name: thing for thing in things}
    return [known[name] for name in choose_names(list(known), names)]


def choose_names(known: Sequence[str], names: str) -> list[str]:
    """Return those of the known names that somebody wants, or all."""
    wanted = [name.strip() for name in names.split(",") if name.strip()]
    if unknown := [name for name in wanted if name not in known]:
        sys.exit(f"There is no {unknown[0]!r}; there are: {', '.join(known)}.")
    return wanted or list(known)


def asked(asks: Mapping[str, Callable[[], Any]], repeat: int) -> list[list[str]]:
    """Return a line for each query: its name, the number of rows, the median of its times and the slowest."""
    lines = []
    for name, ask in asks.items():
        found = len(ask())
        samples = [once(ask) for _ in range(repeat)]
        lines.append([name, f"{found:,}", f"{statistics.median(samples):.2f} ms", f"{max(samples):.2f} ms"])
    return lines


def once(ask: Callable[[], Any]) -> float:
    start = perf_counter()
    len(ask())
    return (perf_counter() - start) * 1000


def cpu() -> float:
    """Return the milliseconds that client and server have computed, whatever else the machine does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        stat = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text()
    user, system = map(int, stat.rpartition(")")[2].split()[11:13])
    return (user + system) * 1000 / os.sysconf("SC_CLK_TCK") + process_time() * 1000
