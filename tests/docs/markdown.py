"""The code blocks of a page, as a reader would type them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
PAGES = [PROJECT / "README.md", *sorted(page for page in DOCS.rglob("*.md") if "_build" not in page.parts)]

RUN = {"python", "pycon", "console", "sql"}
SHOWN = {"text", "ini", "html"}

_FENCE = re.compile(r"^(?P<ticks>`{3,}|:{3,})(?P<language>.*)$")
_NOT_RUN = re.compile(r"<!-- not run: (?P<reason>.+) -->")
_FILE = re.compile(r"^# (?P<path>[\w/]+\.py)\n")


@dataclass(frozen=True)
class Block:
    """A fenced block; `line` is that of its first line, `reason` why nobody runs it."""

    page: str
    line: int
    language: str
    text: str
    reason: str = ""

    @property
    def file(self) -> str:
        """The file that a block of Python names in its first line, a comment."""
        found = _FILE.match(self.text) if self.language == "python" else None
        return found["path"] if found else ""

    @property
    def runs(self) -> bool:
        return self.language in RUN and not self.reason


def blocks(page: Path) -> list[Block]:
    """Read the fenced blocks of a page, directives of Sphinx aside."""
    found: list[Block] = []
    lines = page.read_text().splitlines()
    reason, start, fence = "", 0, ""
    for number, line in enumerate(lines, 1):
        if fence:
            if line.strip() == fence:
                language = lines[start - 1].lstrip("`:").strip()
                text = "".join(f"{each}\n" for each in lines[start : number - 1])
                if not language.startswith("{"):
                    found.append(Block(str(page.relative_to(PROJECT)), start + 1, language, text, reason))
                reason, fence = "", ""
        elif opening := _FENCE.match(line):
            if opening["ticks"].startswith("`"):
                start, fence = number, opening["ticks"]
        elif excuse := _NOT_RUN.search(line):
            reason = excuse["reason"]
    return found


def headings(page: Path) -> list[str]:
    """Read the headings of a page, of any level, and those of the file that it includes."""
    inside, found = False, []
    lines = page.read_text().splitlines()
    if lines[0].startswith("```{include} "):
        return headings(page.parent / lines[0].removeprefix("```{include} "))
    for line in lines:
        if line.startswith("```"):
            inside = not inside
        elif line.startswith("#") and not inside:
            found.append(line.lstrip("#").strip())
    return found
