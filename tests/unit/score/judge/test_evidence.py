"""Whether a quoted passage is in the answer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalharness.score.judge.evidence import is_in

ANSWER = """The move is on **February 1**, so you have about nine weeks.

- Ask Gurdeep for the rig, “and soon”.
팀장님께는 12월 3일 전에 말씀드리세요. 예산은 1,500만 원입니다."""


@pytest.mark.parametrize(
    "quote",
    [
        "The move is on February 1, so you have about nine weeks.",
        "the move is on  February 1",
        '"Ask Gurdeep for the rig, "and soon"."',
        "12월3일 전에 말씀드리세요",
        "예산은 1500만 원",
        "The move is on February 1 ... nine weeks",
        "Ask Gurdeep … 말씀드리세요.",
    ],
)
def test_copies_stand_whatever_their_spaces_and_quotes(quote: str) -> None:
    assert is_in(quote, ANSWER)


@pytest.mark.parametrize(
    "quote",
    [
        "The move is on February 2",
        "12월 4일 전에 말씀드리세요",
        "nine weeks ... The move is on",
        "the",
        "...",
        "   ",
        "예산은 15,000만 원",
    ],
)
def test_inventions_do_not(quote: str) -> None:
    """Another number, pieces in another order, and passages too short to be evidence."""
    assert not is_in(quote, ANSWER)


@given(st.data())
def test_every_run_of_an_answers_words_is_in_it(data: st.DataObject) -> None:
    """Whole words: a number that is cut in two is another number."""
    words = ANSWER.split()
    start = data.draw(st.integers(0, len(words) - 4))
    end = data.draw(st.integers(start + 3, len(words)))
    assert is_in(" ".join(words[start:end]), ANSWER)
