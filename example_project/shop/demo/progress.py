"""A progress bar for terminals, and silence elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import TextIO, TypeVar

T = TypeVar("T")
WIDTH = 30


class Progress:
    """
    Shows how far a loop has come.

        for row in progress.track("Products", rows, total=len(rows)): ...
    """

    def __init__(self, stream: TextIO = sys.stderr) -> None:
        self.stream = stream
        self.visible = stream.isatty()

    def track(self, label: str, items: Iterable[T], total: int) -> Iterator[T]:
        step = max(total // 100, 1)
        for count, item in enumerate(items):
            if count % step == 0:
                self.draw(label, count, total)
            yield item
        self.draw(label, total, total)
        self.write("\n")

    def draw(self, label: str, count: int, total: int) -> None:
        share = count / total if total else 1.0
        bar = "#" * round(share * WIDTH)
        self.write(f"\r{label:<20} [{bar:<{WIDTH}}] {share:4.0%}")

    def write(self, text: str) -> None:
        if self.visible:
            self.stream.write(text)
            self.stream.flush()
