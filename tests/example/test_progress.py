from __future__ import annotations

import io

from example_project.shop.demo.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_terminal_sees_the_bar_grow() -> None:
    terminal = Terminal()

    items = list(Progress(terminal).track("Products", range(4), total=4))

    frames = terminal.getvalue().split("\r")
    assert items == [0, 1, 2, 3]
    assert frames[3] == f"{'Products':<20} [{'#' * 15:<30}]  50%"
    assert frames[-1] == f"{'Products':<20} [{'#' * 30}] 100%\n"


def test_file_sees_nothing() -> None:
    file = io.StringIO()

    assert list(Progress(file).track("Products", range(4), total=4)) == [0, 1, 2, 3]
    assert file.getvalue() == ""


def test_nothing_to_do_is_done() -> None:
    terminal = Terminal()

    assert list(Progress(terminal).track("Products", [], total=0)) == []
    assert "100%" in terminal.getvalue()
