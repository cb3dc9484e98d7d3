"""What partitions cost and save."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from benchmarks.partitions import converting, retention, using
from benchmarks.report import machine
from benchmarks.suite import choose_names

# Each part runs by itself and returns its table.
PARTS: Final[dict[str, Callable[[argparse.Namespace], str]]] = {
    "writing": using.writing,
    "reading": using.reading,
    "getting": using.getting,
    "retention": retention.run,
    "converting": converting.run,
}


def run(options: argparse.Namespace) -> None:
    print(machine(options.repeat))
    for name in choose_names(list(PARTS), options.only):
        print(f"\n{PARTS[name](options)}")
