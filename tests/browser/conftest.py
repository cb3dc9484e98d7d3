from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service

FLAGS = (
    "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
)  # fmt: skip


def program(name: str) -> str:
    """Return the path of a program that the tests can not do without."""
    path = os.environ.get(name.upper()) or shutil.which(name)
    if not path:
        pytest.fail(
            f"The browser tests need {name}: apt-get install chromium chromium-driver, "
            f"or set {name.upper()} to its path."
        )
    return path


@pytest.fixture
def chromium(tmp_path: Path) -> Iterator[Chrome]:
    """A browser that nobody has used before."""
    options = ChromeOptions()
    options.binary_location = program("chromium")
    for flag in (*FLAGS, f"--user-data-dir={tmp_path / 'profile'}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    browser = Chrome(options=options, service=Service(program("chromedriver")))
    browser.implicitly_wait(5)
    yield browser
    browser.quit()
