from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, strategies as st

from django_schemapatterns.audit.admin.differences import (
    ABSENT,
    MOST_ITEMS,
    Piece,
    Side,
    are_alike,
    compact,
    elements,
    leaves,
    words,
)
from django_schemapatterns.audit.admin.values import pieces_html

BOTH, OLD, NEW = Side.BOTH, Side.OLD, Side.NEW
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.text("ab", max_size=2),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text("ab", max_size=2), children),
    max_leaves=8,
)


def joined(pieces: list[Piece], *sides: Side) -> str:
    return "".join(piece.value for piece in pieces if piece.side in sides)


def test_words_are_compared_and_phrases_kept_together() -> None:
    assert words("a red lamp of wood", "a dark blue lamp") == [
        Piece(BOTH, "a "),
        Piece(OLD, "red"),
        Piece(NEW, "dark blue"),
        Piece(BOTH, " lamp"),
        Piece(OLD, " of wood"),
    ]


@given(st.text("ab .\n", max_size=60), st.text("ab .\n", max_size=60))
def test_both_texts_can_be_read_from_their_comparison(old: str, new: str) -> None:
    pieces = words(old, new)
    # Blanks between two changes count as changed on both sides.
    assert joined(pieces, BOTH, OLD) == old
    assert joined(pieces, BOTH, NEW) == new


def test_very_long_texts_are_compared_by_lines_and_monsters_not_at_all() -> None:
    lines = ["word " * 20 + "\n"] * (MOST_ITEMS - 1)
    pieces = words("".join([*lines, "old\n"]), "".join([*lines, "new\n"]))
    assert [piece.value for piece in pieces if piece.side is not BOTH] == ["old\n", "new\n"]
    monster = "a\n" * (MOST_ITEMS + 1)
    assert words(monster, "b") == [Piece(OLD, monster), Piece(NEW, "b")]


def test_texts_are_alike_when_they_share_more_than_they_do_not() -> None:
    assert are_alike(words("a lamp of oak", "a lamp of ash"))
    assert not are_alike(words("every good boy", "deserves favour"))


def test_elements_keep_their_order() -> None:
    assert elements(["a", "b"], ["b", "c"]) == [Piece(OLD, "a"), Piece(BOTH, "b"), Piece(NEW, "c")]
    assert elements([1], [True]) == [Piece(OLD, 1), Piece(NEW, True)]
    assert elements([[1]], [[1], [2]]) == [Piece(BOTH, [1]), Piece(NEW, [2])]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [(("a", "c"), 2, 3)]),
        ({"a": None}, {}, [(("a",), None, ABSENT)]),
        ({}, {"a": None}, [(("a",), ABSENT, None)]),
        ([1, 2, 3], [1, 3], [(("1",), 2, ABSENT)]),
        ([{"a": 1}], [{"a": 2}], [(("0", "a"), 1, 2)]),
        (1, True, [((), 1, True)]),
        ({"a": 1}, [1], [((), {"a": 1}, [1])]),
        ({"a": 0.1}, {"a": 0.1}, []),
    ],
)
def test_documents_differ_in_their_leaves(old: Any, new: Any, expected: list[Any]) -> None:
    assert [tuple(leaf) for leaf in leaves(old, new)] == expected


@given(DOCUMENTS)
def test_a_document_does_not_differ_from_itself(document: Any) -> None:
    assert list(leaves(document, document)) == []


@given(DOCUMENTS, DOCUMENTS)
def test_documents_that_differ_have_a_leaf(old: Any, new: Any) -> None:
    assert bool(list(leaves(old, new))) == (compact(old) != compact(new) and not _same(old, new))


def _same(old: Any, new: Any) -> bool:
    """Equal up to the order of keys, and telling numbers from booleans."""
    if isinstance(old, dict) and isinstance(new, dict):
        return old.keys() == new.keys() and all(_same(old[key], new[key]) for key in old)
    if isinstance(old, list) and isinstance(new, list):
        return len(old) == len(new) and all(map(_same, old, new))
    return type(old) is type(new) and bool(old == new)


def test_deep_documents_are_compared_as_far_down_as_one_can_read() -> None:
    old: Any = 1
    new: Any = 2
    for _ in range(200):
        old, new = {"a": old}, {"a": new}
    [leaf] = leaves(old, new)
    assert len(leaf.path) == 20


def test_numbers_keep_their_digits() -> None:
    assert compact({"a": [Decimal("0.10"), None, True, "ä"]}) == '{"a": [0.10, null, true, "ä"]}'


def test_long_unchanged_text_is_cut_between_changes() -> None:
    middle = "word " * 200
    markup = pieces_html(words(f"old {middle}end", f"new {middle}fin"))
    assert markup.startswith("<del>old</del><ins>new</ins> word")
    assert markup.endswith("<del>end</del><ins>fin</ins>")
    assert " … " in markup
    assert len(markup) < 400


def test_changed_blanks_can_be_seen() -> None:
    assert pieces_html([Piece(OLD, "  "), Piece(NEW, "\n")]) == "<del>␣␣</del><ins>¶\n</ins>"
    assert pieces_html([Piece(NEW, "\nmore ")]) == "\n<ins>more</ins> "
