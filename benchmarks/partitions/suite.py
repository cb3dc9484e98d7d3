"""What partitions cost and save."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Final

from benchmarks.attributes.suite import Named, machine
from benchmarks.audit.suite import choose
from benchmarks.partitions import converting, retention, using

# Each part runs by itself and returns its table.
PARTS: Final[dict[str, Callable[[argparse.Namespace], str]]] = {
    "writing": using.writing,
    "reading": using.reading,
    "getting": using.getting,
    "retention": retention.run,
    "converting": converting.run,
}


def run(options: argparse.Namespace) -> None:
    print(machine(options))
    for part in choose([Named(name) for name in PARTS], options.only):
        print(f"\n{PARTS[part.name](options)}")
