"""What the pages tell a reader to do works, and prints what they say it prints."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.docs.conftest import Follow
from tests.docs.markdown import DOCS, PAGES, PROJECT, RUN, SHOWN, Block, blocks

pytestmark = pytest.mark.whole_project

PROJECT_OF_THE_READER = """
$ python -m django startproject mysite .
$ python manage.py startapp shop
"""


def project() -> list[Block]:
    """A project with an app `shop`, as somebody has who opens the README or a how-to."""
    settings = "# mysite/settings.py\nINSTALLED_APPS += ['shop']\n"
    return [Block("", 0, "console", PROJECT_OF_THE_READER), Block("", 0, "python", settings)]


def test_the_quick_start_of_the_readme_works(follow: Follow) -> None:
    follow([*project(), *blocks(PROJECT / "README.md")])


def test_the_tutorial_works_from_an_empty_folder(follow: Follow) -> None:
    follow(blocks(DOCS / "tutorial.md"))


@pytest.mark.parametrize(
    "page",
    [
        "audit",
        "attributes",
        "domains-and-enums",
        "errors",
        "views-and-functions",
        "concurrent-indexes",
        "inspect-a-database",
        "soft-delete",
        "no-overlap",
        "timestamps",
        "full-text-search",
        "trees",
        "settings-in-the-database",
        "schema-documentation",
        "price-history",
        "encryption",
        "row-security",
        "partitions",
        "partition-maintenance",
        "audit-retention",
    ],
)
def test_how_to(page: str, follow: Follow) -> None:
    follow([*project(), *blocks(DOCS / "how-to" / f"{page}.md")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_every_block_says_what_it_is(page: Path) -> None:
    strangers = {block.line: block.language for block in blocks(page) if block.language not in RUN | SHOWN}

    assert strangers == {}
