"""Rounds of measurements, in which contenders run in shuffled order, and what they come to."""

from __future__ import annotations

import random
import statistics
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

PATIENCE = 10_000  # ms: what took longer is not measured again


@dataclass(frozen=True)
class Sample:
    """One measurement: milliseconds, entries and bytes that it added to the log."""

    ms: float
    entries: int = 0
    bytes: int = 0


@dataclass
class Results:
    """All samples, by operation, contender and round."""

    samples: dict[str, dict[str, dict[int, Sample]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )

    def of(self, operation: str, contender: str) -> list[Sample]:
        return list(self.samples[operation][contender].values())

    def ms(self, operation: str, contender: str) -> float:
        return statistics.median(sample.ms for sample in self.of(operation, contender))

    def ratios(self, operation: str, contender: str, base: str) -> list[float]:
        """Compare with the base within each round: what slows the machine down slows down both."""
        mine, theirs = (self.samples[operation][name] for name in (contender, base))
        return [mine[number].ms / theirs[number].ms for number in mine if number in theirs]


@dataclass(frozen=True)
class Progress:
    """A bar on standard error, when that is a terminal."""

    total: int
    width: int = 30

    def show(self, done: int, what: str) -> None:
        if not sys.stderr.isatty():
            return
        filled = self.width * done // self.total
        bar = "█" * filled + "░" * (self.width - filled)
        line = f"{bar} {done}/{self.total} {what[:60]}" if done < self.total else ""
        sys.stderr.write(f"\r\033[K{line}")
        sys.stderr.flush()


def play(
    pairs: Iterable[tuple[str, list[str]]], repeat: int, measure: Callable[[str, str], Sample]
) -> Results:
    """Measure each operation with its contenders, `repeat` times, the order shuffled anew each time."""
    pairs = list(pairs)
    results, done = Results(), 0
    progress = Progress(sum(len(contenders) for _, contenders in pairs) * repeat)
    for operation, contenders in pairs:
        for number in range(repeat):
            for contender in random.sample(contenders, len(contenders)):
                progress.show(done, f"{operation}: {contender}")
                done += 1
                earlier = results.of(operation, contender)
                if not any(sample.ms > PATIENCE for sample in earlier):
                    results.samples[operation][contender][number] = measure(operation, contender)
    progress.show(progress.total, "")
    return results
