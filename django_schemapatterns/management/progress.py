"""A bar that shows how far a command has come, on terminals only."""

from __future__ import annotations

import sys
from typing import Final, TextIO

WIDTH: Final = 30


class Progress:
    """
    Shows what part of a total is done.

        progress = Progress(total=2000)
        progress.advance(500, "shop.Product")
    """

    def __init__(self, total: int, stream: TextIO | None = None) -> None:
        self.total, self.done = total, 0
        self.stream = stream or sys.stderr

    def advance(self, steps: int, label: str) -> None:
        """Note that so much more is done."""
        self.done += steps
        share = min(self.done / self.total, 1) if self.total else 1
        bar = "█" * round(share * WIDTH)
        self._write(f"\r\033[K{bar:░<{WIDTH}} {share:4.0%} {label}")

    def end(self) -> None:
        """Take the bar away."""
        self._write("\r\033[K")

    def _write(self, text: str) -> None:
        if self.stream.isatty():
            self.stream.write(text)
            self.stream.flush()
