"""What cannot be seen does not reach a reader."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.core import visible
from evalharness.core.visible import clean, clean_lines, printable


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("two\nlines\r\nand\ttabs", "two lines and tabs"),
        ("\x1b[31mred\x1b[0m \x1b]0;title\x07ok", "red ok"),
        ("ab\u202ecd\u2066ef\u200b\ufeff", "abcdef"),
        ("  세나  ✒️ ", "세나 ✒️"),
        ("\x00\x08bell\x07", "bell"),
    ],
)
def test_clean_leaves_what_can_be_seen(text: str, line: str) -> None:
    assert clean(text) == line


def test_length_is_bounded() -> None:
    assert clean("x" * 500, limit=10) == "x" * 9 + "…"
    assert clean("exactly te", limit=10) == "exactly te"


@given(st.text(max_size=80))
def test_nothing_invisible_is_left_and_cleaning_twice_changes_nothing(text: str) -> None:
    for cleaned in (clean(text), clean_lines(text), printable(text)):
        assert not {unicodedata.category(c) for c in cleaned.replace("\n", "")} & {
            "Cc",
            "Cf",
            "Cs",
            "Co",
            "Cn",
        }
    assert clean(clean(text)) == clean(text)
    assert clean_lines(clean_lines(text)) == clean_lines(text)


def test_fillers_and_piles_of_marks_go() -> None:
    """Letters without ink pass for an empty cell; a pile of marks paints over other lines."""
    assert clean("a\u3164\u2800b") == "ab"
    assert clean("e" + "\u0301" * 50) == "e" + "\u0301" * 4


def test_lines_and_blanks_stay_where_they_are_wanted() -> None:
    assert clean_lines("\n one \t two\r\nthree\u202e\n\n") == "one two\nthree"
    assert printable("a   b\n\x1b[2Jc\td") == "a   b\nc d"


def test_what_is_taken_for_plain_is_plain() -> None:
    """Every sign that spares a line the closer look would pass it."""
    signs = [sign for sign in map(chr, range(0x10000)) if visible._PLAIN.fullmatch(sign)]
    assert len(signs) > 11_000
    assert {visible._kind(sign) for sign in signs} == {"ink", "space"}
