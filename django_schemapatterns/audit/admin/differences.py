"""What differs between two texts, two lists, two JSON documents."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from enum import StrEnum
from json.encoder import encode_basestring
from typing import Any, Final, NamedTuple


class Side(StrEnum):
    BOTH = "both"
    OLD = "old"
    NEW = "new"


class Piece(NamedTuple):
    """A part of a text or an element of a list, and where it is found."""

    side: Side
    value: Any


class Leaf(NamedTuple):
    """A place in a JSON document whose value differs; ABSENT where there was or is none."""

    path: tuple[str, ...]
    old: Any
    new: Any


class Absent:
    """There is no such key or element."""


ABSENT: Final = Absent()
MOST_ITEMS: Final = 4000  # on either side; comparing takes more than linear time
EXACT_ITEMS: Final = 600  # beyond, what occurs very often is not looked for
DEEPEST: Final = 20

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")


def words(old: str, new: str) -> list[Piece]:
    """
    Compare two texts word by word; very long ones line by line, and monsters not at all.

        words("a red lamp", "a blue lamp")  # both "a ", old "red", new "blue", both " lamp"
    """
    for split in (_WORDS.findall, _lines):
        pair = split(old), split(new)
        if max(map(len, pair)) <= MOST_ITEMS:
            return _tidied(_runs(*pair))
    return [Piece(Side.OLD, old), Piece(Side.NEW, new)]


def are_alike(pieces: list[Piece]) -> bool:
    """Return whether two texts have so much in common that one is the other's edition."""
    sizes = {side: sum(len(text) for where, text in pieces if where is side) for side in Side}
    return sizes[Side.BOTH] * 2 >= sizes[Side.OLD] + sizes[Side.NEW]


def elements(old: Sequence[Any], new: Sequence[Any]) -> list[Piece]:
    """
    Compare two lists element by element.

        elements(["a", "b"], ["b", "c"])  # old "a", both "b", new "c"
    """
    return list(_matched(old, new))


def leaves(old: Any, new: Any, path: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """
    Give the places where two JSON documents differ, in the order of the older.

        leaves({"size": {"height": 1}}, {"size": {"height": 2}})  # ("size", "height"), 1, 2
    """
    if len(path) < DEEPEST and isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys([*old, *new]):
            yield from leaves(old.get(key, ABSENT), new.get(key, ABSENT), (*path, key))
    elif len(path) < DEEPEST and isinstance(old, list) and isinstance(new, list):
        yield from _list_leaves(old, new, path)
    elif not _is_same(old, new):
        yield Leaf(path, old, new)


def compact(value: Any) -> str:
    """Write a JSON value in one line, with every digit of its numbers."""
    match value:
        case str():
            return encode_basestring(value)
        case None | bool():
            return {None: "null", True: "true", False: "false"}[value]
        case dict():
            pairs = (f"{encode_basestring(str(key))}: {compact(each)}" for key, each in value.items())
            return f"{{{', '.join(pairs)}}}"
        case list() | tuple():
            return f"[{', '.join(map(compact, value))}]"
        case _:
            return str(value)


def _is_same(old: Any, new: Any) -> bool:
    # In Python, 1 == True; in JSON they differ.
    return type(old) is type(new) and bool(old == new) and compact(old) == compact(new)


def _list_leaves(old: list[Any], new: list[Any], path: tuple[str, ...]) -> Iterator[Leaf]:
    if max(len(old), len(new)) > MOST_ITEMS:
        if not _is_same(old, new):
            yield Leaf(path, old, new)
        return
    for tag, low, high, new_low, new_high in _opcodes(_written(old), _written(new)):
        if tag == "equal":
            continue
        for index in range(max(high - low, new_high - new_low)):
            before = old[low + index] if low + index < high else ABSENT
            after = new[new_low + index] if new_low + index < new_high else ABSENT
            place = low + index if before is not ABSENT else new_low + index
            yield from leaves(before, after, (*path, str(place)))


def _opcodes(old: list[str], new: list[str]) -> list[tuple[str, int, int, int, int]]:
    many = max(len(old), len(new)) > EXACT_ITEMS
    return [*SequenceMatcher(None, old, new, autojunk=many).get_opcodes()]


def _written(values: Sequence[Any]) -> list[str]:
    return [compact(value) for value in values]


def _matched(old: Sequence[Any], new: Sequence[Any]) -> Iterator[Piece]:
    if max(len(old), len(new)) > MOST_ITEMS:
        yield from (Piece(Side.OLD, each) for each in old)
        yield from (Piece(Side.NEW, each) for each in new)
        return
    for tag, low, high, new_low, new_high in _opcodes(_written(old), _written(new)):
        if tag == "equal":
            yield from (Piece(Side.BOTH, each) for each in old[low:high])
            continue
        yield from (Piece(Side.OLD, each) for each in old[low:high])
        yield from (Piece(Side.NEW, each) for each in new[new_low:new_high])


def _runs(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, low, high, new_low, new_high in _opcodes(old, new):
        if tag == "equal":
            yield Piece(Side.BOTH, "".join(old[low:high]))
            continue
        if low < high:
            yield Piece(Side.OLD, "".join(old[low:high]))
        if new_low < new_high:
            yield Piece(Side.NEW, "".join(new[new_low:new_high]))


def _tidied(pieces: Iterator[Piece]) -> list[Piece]:
    """Take a blank between two changes as changed too: phrases read better than words."""
    tidy: list[Piece] = []
    old = new = blank = ""
    for side, text in pieces:
        if side is Side.BOTH and not text.strip() and (old or new):
            blank += text
            continue
        if side is Side.BOTH:
            tidy += _changed(old, new)
            tidy.append(Piece(side, blank + text))
            old = new = blank = ""
            continue
        old, new, blank = old + blank, new + blank, ""
        old, new = (old + text, new) if side is Side.OLD else (old, new + text)
    tidy += _changed(old, new)
    return [*tidy, Piece(Side.BOTH, blank)] if blank else tidy


def _changed(old: str, new: str) -> list[Piece]:
    pieces = [Piece(Side.OLD, old), Piece(Side.NEW, new)]
    return [piece for piece in pieces if piece.value]


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
